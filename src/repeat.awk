# Makes part of the install script from a template, FILE.sql from FILE.sql.in:
#     awk -f src/repeat.awk FILE.sql.in
#
# What overloads of a function have in common is written once, between the lines
# "--@ repeat" and "--@ end". Above it stand tables: "--@ each" with the names
# of the columns, and below it the rows, "--@" and the values, between bars. The
# text is repeated for every row of every table, each @name@ in it replaced by
# the value of that column.

function cells(line, into,    n, i)
{
	n = split(line, into, "|")
	for (i = 1; i <= n; i++)
		gsub(/^ +| +$/, "", into[i])
	return n
}

function repeat(table, text,    row, i, filled)
{
	if (table > tables) {
		printf "%s", text
		return
	}
	for (row = 1; row <= rows[table]; row++) {
		filled = text
		for (i = 1; i <= columns[table]; i++)
			gsub("@" name[table, i] "@", value[table, row, i], filled)
		repeat(table + 1, filled)
	}
}

/^--@ each / {
	columns[++tables] = cells(substr($0, 10), cell)
	for (i = 1; i <= columns[tables]; i++)
		name[tables, i] = cell[i]
	rows[tables] = 0
	next
}
/^--@ repeat$/ { inside = 1; text = ""; next }
/^--@ end$/ { repeat(1, text); inside = tables = 0; next }
/^--@/ {
	rows[tables]++
	n = cells(substr($0, 4), cell)
	if (n != columns[tables]) {
		print FILENAME ":" FNR ": " n " values for " columns[tables] " columns" > "/dev/stderr"
		exit 1
	}
	for (i = 1; i <= n; i++)
		value[tables, rows[tables], i] = cell[i]
	next
}
{ if (inside) text = text $0 "\n"; else print }
