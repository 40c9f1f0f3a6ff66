/*
 * command.h
 *		Commands and queries in SQL, run as the caller.
 */
#ifndef OPPORTUNITY_COMMAND_H
#define OPPORTUNITY_COMMAND_H

#include "opportunity.h"

/* Runs a command without a result by SPI. */
extern void run_command(const char *command);

/* Runs a query, whose rows are SPI_tuptable's then. */
extern void run_query(const char *query);

#endif							/* OPPORTUNITY_COMMAND_H */
