/*
 * stage_value.c
 *		Values of a stage column: the names they read as, and the stages that look
 *		like them.
 */
#include "attachment/stage_value.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

/* A value's bytes, apart from how long its header is. */
typedef struct ValueBytes
{
	const char *bytes;
	Size		length;
} ValueBytes;

typedef struct IndexedStage
{
	ValueBytes	value;
	int			stage;
} IndexedStage;

struct StageIndex
{
	bool		typbyval;
	int16		typlen;
	int			n;
	Datum	   *datums;			/* what the entries of a type passed by value point to */
	IndexedStage stages[FLEXIBLE_ARRAY_MEMBER]; /* sorted */
};

void
init_name_reader(NameReader *reader, Oid type, MemoryContext context)
{
	Oid			function;
	bool		varlena;

	getTypeOutputInfo(type, &function, &varlena);
	fmgr_info_cxt(function, &reader->output, context);
	reader->is_padded = getBaseType(type) == BPCHAROID;
}

char *
read_name_of(const NameReader *reader, Datum value)
{
	char	   *name = OutputFunctionCall(unconstify(FmgrInfo *, &reader->output), value);

	/* The blanks that pad a char(n) are not part of the name. */
	if (reader->is_padded)
		name[bpchartruelen(name, strlen(name))] = '\0';
	return name;
}

/* False where the bytes are compressed or elsewhere; *value must stay where it is. */
static bool
get_bytes(const Datum *value, bool typbyval, int16 typlen, ValueBytes *bytes)
{
	if (typbyval)
		*bytes = (ValueBytes) {(const char *) value, sizeof(Datum)};
	else if (typlen > 0)
		*bytes = (ValueBytes) {DatumGetPointer(*value), typlen};
	else if (typlen == -2)
		*bytes = (ValueBytes) {DatumGetPointer(*value), strlen(DatumGetCString(*value))};
	else
	{
		struct varlena *varlena = (struct varlena *) DatumGetPointer(*value);

		if (VARATT_IS_COMPRESSED(varlena) || VARATT_IS_EXTERNAL(varlena))
			return false;
		*bytes = (ValueBytes) {VARDATA_ANY(varlena), VARSIZE_ANY_EXHDR(varlena)};
	}
	return true;
}

static inline int
compare_bytes(const ValueBytes *a, const ValueBytes *b)
{
	if (a->length != b->length)
		return a->length < b->length ? -1 : 1;
	return memcmp(a->bytes, b->bytes, a->length);
}

static int
compare_indexed(const void *a, const void *b)
{
	return compare_bytes(&((const IndexedStage *) a)->value, &((const IndexedStage *) b)->value);
}

StageIndex *
index_stages(const NullableDatum *values, int n, bool typbyval, int16 typlen)
{
	StageIndex *index = palloc(offsetof(StageIndex, stages) + n * sizeof(IndexedStage));

	index->typbyval = typbyval;
	index->typlen = typlen;
	index->n = 0;
	index->datums = palloc(n * sizeof(Datum));
	for (int i = 0; i < n; i++)
	{
		IndexedStage *entry = &index->stages[index->n];

		index->datums[i] = values[i].value;
		entry->stage = i;
		if (get_bytes(&index->datums[i], typbyval, typlen, &entry->value))
			index->n++;
	}
	qsort(index->stages, index->n, sizeof(IndexedStage), compare_indexed);
	return index;
}

int
indexed_stage(const StageIndex *index, Datum value)
{
	ValueBytes	sought;
	int			low = 0;
	int			high = index->n;

	if (!get_bytes(&value, index->typbyval, index->typlen, &sought))
		return -1;
	while (low < high)
	{
		int			middle = (low + high) / 2;
		int			order = compare_bytes(&sought, &index->stages[middle].value);

		if (order == 0)
			return index->stages[middle].stage;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return -1;
}

bool
same_bytes(Datum a, Datum b, bool typbyval, int16 typlen)
{
	ValueBytes	of_a;
	ValueBytes	of_b;

	return get_bytes(&a, typbyval, typlen, &of_a) && get_bytes(&b, typbyval, typlen, &of_b) &&
		compare_bytes(&of_a, &of_b) == 0;
}
