/*
 * stage_value.h
 *		Values of a stage column: the names they read as, and the stages that look
 *		like them.
 */
#ifndef OPPORTUNITY_ATTACHMENT_STAGE_VALUE_H
#define OPPORTUNITY_ATTACHMENT_STAGE_VALUE_H

#include "opportunity.h"

/* How values of a type are read as names. */
typedef struct NameReader
{
	FmgrInfo	output;
	bool		is_padded;		/* char(n) */
} NameReader;

/* What the reader keeps is in that memory context. */
extern void init_name_reader(NameReader *reader, Oid type, MemoryContext context);

extern char *read_name_of(const NameReader *reader, Datum value);

/*
 * The stages by their values as a column holds them.  Equal bytes read as equal
 * names, so most rows' stages are found without reading them.
 */
typedef struct StageIndex StageIndex;

/* Of n stages' values, in the current memory context. */
extern StageIndex *index_stages(const NullableDatum *values, int n, bool typbyval, int16 typlen);

/* The stage with that value; -1: no value looks like it. */
extern int	indexed_stage(const StageIndex *index, Datum value);

/* Whether two values of a type are the same bytes; they may still be equal if not. */
extern bool same_bytes(Datum a, Datum b, bool typbyval, int16 typlen);

#endif							/* OPPORTUNITY_ATTACHMENT_STAGE_VALUE_H */
