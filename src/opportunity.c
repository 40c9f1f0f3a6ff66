/*
 * opportunity.c
 *		The module itself: magic block, initialisation, and the one relation
 *		cache callback that serves all rooms.
 */
#include "opportunity.h"

#include "utils/catcache.h"
#include "utils/inval.h"
#include "utils/memutils.h"
#include "utils/syscache.h"

OPPORTUNITY_MODULE_MAGIC;

PGDLLEXPORT void _PG_init(void);

/* More rooms with caches than this do not exist. */
#define MAX_RELATION_CALLBACKS 4

static RelationChangedCallback relation_callbacks[MAX_RELATION_CALLBACKS];
static int	n_relation_callbacks = 0;

static void
relation_changed(Datum arg, Oid relid)
{
	for (int i = 0; i < n_relation_callbacks; i++)
		relation_callbacks[i] (relid);
}

/* Rooms find relations by qualified name: a schema's rename may concern any of them. */
static void
schema_changed(Datum arg, int cacheid, uint32 hashvalue)
{
	relation_changed(arg, InvalidOid);
}

/*
 * PostgreSQL has ten slots for relation cache callbacks in a backend, shared by
 * all extensions; this module takes one, when its first cache is made.
 */
void
on_relation_change(RelationChangedCallback callback)
{
	if (n_relation_callbacks >= MAX_RELATION_CALLBACKS)
		elog(ERROR, "too many relation callbacks");
	if (n_relation_callbacks == 0)
	{
		CacheRegisterRelcacheCallback(relation_changed, (Datum) 0);
		CacheRegisterSyscacheCallback(NAMESPACEOID, schema_changed, (Datum) 0);
	}
	relation_callbacks[n_relation_callbacks++] = callback;
}

MemoryContext
opportunity_context(void)
{
	static MemoryContext context = NULL;

	if (context == NULL)
	{
		if (CacheMemoryContext == NULL)
			CreateCacheMemoryContext();
		context = AllocSetContextCreate(CacheMemoryContext, "opportunity",
										ALLOCSET_SMALL_SIZES);
	}
	return context;
}

void
_PG_init(void)
{
}
