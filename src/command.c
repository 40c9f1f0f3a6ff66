/*
 * command.c
 *		Commands and queries in SQL, run as the caller.
 */
#include "command.h"

#include "executor/spi.h"

static void
run(const char *command, int expected)
{
	int			result = SPI_execute(command, false, 0);

	if (result != expected)
		elog(ERROR, "\"%s\" gave %s", command, SPI_result_code_string(result));
}

void
run_command(const char *command)
{
	run(command, SPI_OK_UTILITY);
}

void
run_query(const char *query)
{
	run(query, SPI_OK_SELECT);
}
