/*
 * cache.c
 *		The attachments that a backend keeps.
 *
 * An attachment belongs to one judge, so every partition, whose columns may
 * stand elsewhere, has its own; the deriver beside the judge shares it.  It is
 * built aside in a memory context that an error sweeps away, and enters the cache
 * complete.
 *
 * The relation callback only marks entries: they are dropped when the next one
 * is built, and their memory stays until the end of that transaction, because a
 * caller further up may be using it.  So a transaction that changes the process
 * and writes a row, over and over, keeps as many attachments until it ends.
 *
 * A nested statement can load a process that its caller has just changed, before
 * the caller's AFTER STATEMENT trigger tells of it.  Where the change is rolled
 * back that trigger never fires, so after an abort nothing that was read from a
 * table of processes, stages or rules is trusted.
 */
#include "attachment/cache.h"
#include "names.h"

#include "access/xact.h"
#include "common/hashfn.h"
#include "attachment/target.h"
#include "utils/inval.h"
#include "utils/memutils.h"
#include "utils/syscache.h"

typedef struct CacheEntry
{
	Oid			trigger;		/* the key */
	char		status;			/* simplehash's */
	Oid			relid;
	Oid			judge;			/* whose entry has the attachment */
	bool		valid;
	Attachment *attachment;		/* NULL: the trigger is a deriver */
} CacheEntry;

/* Looked into for every row: dynahash would cost as much as finding a row's stages. */
#define SH_PREFIX cached
#define SH_ELEMENT_TYPE CacheEntry
#define SH_KEY_TYPE Oid
#define SH_KEY trigger
#define SH_HASH_KEY(table, key) murmurhash32(key)
#define SH_EQUAL(table, a, b) ((a) == (b))
#define SH_SCOPE static inline
#define SH_DECLARE
#define SH_DEFINE
#include "lib/simplehash.h"

static cached_hash *cache = NULL;
static uint64 relation_changes = 0;

/* Whether an attachment was read from a table; InvalidOid: from any. */
static bool
reads_table(const Attachment *attachment, Oid table)
{
	for (int i = 0; i < N_SOURCE_TABLES; i++)
	{
		if (OidIsValid(attachment->tables[i]) && (table == InvalidOid || table == attachment->tables[i]))
			return true;
	}
	return false;
}

static void
mark_changed(Oid relid)
{
	cached_iterator place;
	CacheEntry *entry;

	relation_changes++;
	cached_start_iterate(cache, &place);
	while ((entry = cached_iterate(cache, &place)) != NULL)
	{
		if (relid == InvalidOid || relid == entry->relid ||
			(entry->attachment != NULL && reads_table(entry->attachment, relid)))
			entry->valid = false;
	}
}

/* A stage is known by its value, and a label may have got another name. */
static void
enum_changed(Datum arg, int cacheid, uint32 hashvalue)
{
	mark_changed(InvalidOid);
}

static void
distrust_source_tables(void)
{
	cached_iterator place;
	CacheEntry *entry;

	relation_changes++;
	cached_start_iterate(cache, &place);
	while ((entry = cached_iterate(cache, &place)) != NULL)
	{
		if (entry->attachment != NULL && reads_table(entry->attachment, InvalidOid))
			entry->valid = false;
	}
}

static void
transaction_ended(XactEvent event, void *arg)
{
	if (event == XACT_EVENT_ABORT || event == XACT_EVENT_PARALLEL_ABORT)
		distrust_source_tables();
}

static void
subtransaction_ended(SubXactEvent event, SubTransactionId id, SubTransactionId parent, void *arg)
{
	if (event == SUBXACT_EVENT_ABORT_SUB)
		distrust_source_tables();
}

/* Drops what has changed; callers further up may still be looking at it. */
static void
drop_invalid_entries(void)
{
	cached_iterator place;
	CacheEntry *entry;

	cached_start_iterate(cache, &place);
	while ((entry = cached_iterate(cache, &place)) != NULL)
	{
		if (entry->valid)
			continue;
		if (entry->attachment != NULL)
			MemoryContextSetParent(entry->attachment->context, TopTransactionContext);
		cached_delete_item(cache, entry);
	}
}

static void
make_cache(void)
{
	cache = cached_create(opportunity_context(), 32, NULL);
	on_relation_change(mark_changed);
	CacheRegisterSyscacheCallback(ENUMOID, enum_changed, (Datum) 0);
	RegisterXactCallback(transaction_ended, NULL);
	RegisterSubXactCallback(subtransaction_ended, NULL);
}

uint64
attachment_generation(void)
{
	if (cache == NULL)
		make_cache();
	return relation_changes;
}

static const Attachment *
find_attachment(Oid trigger)
{
	CacheEntry *entry = cached_lookup(cache, trigger);

	if (entry != NULL && entry->valid && entry->attachment == NULL)
		entry = cached_lookup(cache, entry->judge);
	return entry != NULL && entry->valid ? entry->attachment : NULL;
}

/* Keeps what a trigger stands for, found when relation_changes was that. */
static void
keep_attachment(Relation rel, Oid trigger, Oid judge, Attachment *attachment, uint64 found_at)
{
	CacheEntry *entry;
	bool		found;

	drop_invalid_entries();
	entry = cached_insert(cache, trigger, &found);
	/* A type's input function may have come here for the same trigger meanwhile. */
	if (found && entry->attachment != NULL)
		MemoryContextSetParent(entry->attachment->context, TopTransactionContext);
	entry->relid = RelationGetRelid(rel);
	entry->judge = judge;
	entry->attachment = attachment;
	/* What changed while we looked may not have been seen: look again next time. */
	entry->valid = relation_changes == found_at;
}

/* The judge that tells a deriver what to derive. */
static const Trigger *
judge_beside(Relation rel, const Trigger *deriver)
{
	const Trigger *judge = deriver->tgnargs == 1 ? find_judge(rel, deriver->tgargs[0]) : NULL;

	if (judge == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("trigger \"%s\" of table \"%s\" has no opportunity.judge_stage trigger beside it",
						deriver->tgname, RelationGetRelationName(rel)),
				 errhint("Call opportunity.attach_process again, which makes both.")));
	return judge;
}

const Attachment *
get_attachment(Relation rel, const Trigger *trigger)
{
	const Attachment *known;
	Attachment *built;
	ProcessOptions options;
	MemoryContext context;
	MemoryContext caller;
	uint64		before;

	if (cache == NULL)
		make_cache();
	known = find_attachment(trigger->tgoid);
	if (known != NULL)
		return known;

	before = relation_changes;
	if (trigger->tgfoid != trigger_function("judge_stage"))
	{
		const Trigger *judge = judge_beside(rel, trigger);

		known = get_attachment(rel, judge);
		keep_attachment(rel, trigger->tgoid, judge->tgoid, NULL, before);
		return known;
	}
	read_options(trigger, &options);
	context = AllocSetContextCreate(CurrentMemoryContext, "attached process", ALLOCSET_SMALL_SIZES);
	caller = MemoryContextSwitchTo(context);
	built = build_attachment(rel, &options);
	MemoryContextSwitchTo(caller);
	keep_attachment(rel, trigger->tgoid, trigger->tgoid, built, before);
	MemoryContextSetParent(context, opportunity_context());
	return built;
}
