/*
 * stage_value.h
 *		A value of a stage column and the name that stands for it.
 */
#ifndef OPPORTUNITY_PROCESS_STAGE_VALUE_H
#define OPPORTUNITY_PROCESS_STAGE_VALUE_H

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

#endif							/* OPPORTUNITY_PROCESS_STAGE_VALUE_H */
