/*
 * waterfall.c
 *		A waterfall as a value.
 */
#include "change/waterfall.h"

StaticAssertDecl(sizeof(PipelineWaterfall) == 616, "SSPACE in change.sql.in says 616 bytes");

const char *const change_names[CHANGE_KINDS] = {
	"new", "reopened", "owner_in", "pulled_in", "pushed_in",
	"increased", "decreased", "owner_moved", "unchanged",
	"won", "lost", "removed", "owner_out", "pushed_out", "pulled_out"
};

PipelineWaterfall *
waterfall_from_datum(Datum datum)
{
	PipelineWaterfall *waterfall = (PipelineWaterfall *) PG_DETOAST_DATUM(datum);

	if (VARSIZE(waterfall) != sizeof(PipelineWaterfall) || waterfall->version != CHANGE_VERSION)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("pipeline waterfall has a format this version of the extension cannot read"),
				 errhint("Install the version of the extension that wrote it, or a newer one.")));
	return waterfall;
}

PipelineWaterfall *
waterfall_create(void)
{
	PipelineWaterfall *waterfall = palloc0(sizeof(PipelineWaterfall));

	SET_VARSIZE(waterfall, sizeof(PipelineWaterfall));
	waterfall->version = CHANGE_VERSION;
	return waterfall;
}

int64
waterfall_deals(const PipelineWaterfall *waterfall)
{
	int64		deals = 0;

	for (int i = 0; i < CHANGE_KINDS; i++)
		deals += waterfall->sums[i].deals;
	return deals;
}
