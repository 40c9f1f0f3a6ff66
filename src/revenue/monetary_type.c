/*
 * monetary_type.c
 *		The type monetary: text, binary and JSON forms, and the currency as type
 *		modifier.
 *
 * The text form is the currency's code, a blank and the amount with all of the
 * currency's decimals.  Input takes the JSON form as well, as rows that were read
 * as JSON come back by json_populate_record and its like, which give the input
 * function what they find.  The binary form says the decimals too, so that clients
 * need no table of currencies: three letters, the decimals in a byte and the
 * minor units in eight.
 */
#include "revenue/monetary.h"

#include "catalog/pg_type.h"
#include "libpq/pqformat.h"
#include "numeric/fixed.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/jsonb.h"

/* A word of a literal: what blanks end. */
typedef struct Word
{
	const char *start;
	size_t		length;
} Word;

#define BLANKS " \t\n\r\f\v"

static Word
next_word(const char **string)
{
	Word		word;

	word.start = *string + strspn(*string, BLANKS);
	word.length = strcspn(word.start, BLANKS);
	*string = word.start + word.length;
	return word;
}

/*
 * Reads an optional sign, digits and a point.  The amount becomes minor units,
 * more than monetary holds being MONETARY_LIMIT + 1; *decimals is how many digits
 * stand after the point.  False when the word is anything else.
 */
static bool
read_amount(Word word, int minor_unit, int64 *minor_units, int *decimals)
{
	const char *end = word.start + word.length;
	const char *next = word.start;
	const char *point = NULL;
	int			digits = 0;

	*minor_units = 0;
	if (word.length == 0)
		return false;
	if (*next == '-' || *next == '+')
		next++;
	for (; next < end; next++)
	{
		if (*next == '.' && point == NULL)
			point = next;
		else if (*next >= '0' && *next <= '9')
		{
			digits++;
			*minor_units = Min(*minor_units * 10 + (*next - '0'), MONETARY_LIMIT + 1);
		}
		else
			return false;
	}
	*decimals = point == NULL ? 0 : end - point - 1;
	for (int i = *decimals; i < minor_unit; i++)
		*minor_units = Min(*minor_units * 10, MONETARY_LIMIT + 1);
	if (*word.start == '-')
		*minor_units = -*minor_units;
	return digits > 0;
}

/* What is wrong with a literal: a hint, and a detail when it has the shape of one. */
static void
invalid_literal(const char *string, Node *context, const char *detail, const char *hint)
{
	errsave(context,
			(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
			 errmsg("invalid input syntax for type %s: \"%s\"", "monetary", string),
			 detail == NULL ? 0 : errdetail_internal("%s", detail),
			 errhint("%s", hint)));
}

/* The modifier is the currency's key.  Calls by hand may give any number. */
static const Currency *
modifier_currency(int32 typmod)
{
	const Currency *currency = currency_by_key(typmod);

	if (currency == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("type %s has no modifier %d", "monetary", typmod)));
	return currency;
}

/* Checks the modifier; false when that is a soft error. */
static bool
currency_is_admitted(int key, int32 typmod, Node *context)
{
	if (typmod < 0 || key == typmod)
		return true;
	errsave(context,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("amount in %s does not fit type monetary('%s')",
					currency_by_key(key)->code, modifier_currency(typmod)->code),
			 errhint("Convert it with opportunity.exchange(amount, to_currency, rate).")));
	return false;
}

#define JSON_AMOUNT_KEY		"amount"
#define JSON_CURRENCY_KEY	"currency"

/*
 * Takes the JSON form apart.  False when that is a soft error; words of no length
 * when it is another object.
 */
static bool
read_json(const char *string, Node *context, Word *code, Word *amount)
{
	JsonbContainer *object;
	JsonbValue	numbers;
	JsonbValue	letters;
	Datum		json;

	*code = *amount = (Word) {string, 0};
	if (!DirectInputFunctionCallSafe(jsonb_in, unconstify(char *, string), InvalidOid, -1, context, &json))
		return false;
	object = &DatumGetJsonbP(json)->root;
	if (JsonContainerSize(object) != 2 ||
		getKeyJsonValueFromContainer(object, JSON_AMOUNT_KEY, strlen(JSON_AMOUNT_KEY), &numbers) == NULL ||
		getKeyJsonValueFromContainer(object, JSON_CURRENCY_KEY, strlen(JSON_CURRENCY_KEY), &letters) == NULL ||
		letters.type != jbvString)
		return true;

	if (numbers.type == jbvNumeric)
	{
		const char *digits = DatumGetCString(DirectFunctionCall1(numeric_out, NumericGetDatum(numbers.val.numeric)));

		*amount = (Word) {digits, strlen(digits)};
	}
	else if (numbers.type == jbvString)
		*amount = (Word) {numbers.val.string.val, numbers.val.string.len};
	*code = (Word) {letters.val.string.val, letters.val.string.len};
	return true;
}

PG_FUNCTION_INFO_V1(opp_monetary_in);

Datum
opp_monetary_in(PG_FUNCTION_ARGS)
{
	const char *string = PG_GETARG_CSTRING(0);
	int32		typmod = PG_GETARG_INT32(2);
	const char *rest = string;
	Word		code = next_word(&rest);
	Word		amount = next_word(&rest);
	const Currency *currency;
	int64		minor_units;
	int			decimals;
	bool		is_json = code.length > 0 && *code.start == '{';

	if (is_json)
	{
		if (!read_json(string, fcinfo->context, &code, &amount))
			PG_RETURN_NULL();
		rest = "";
	}
	/* the amount may come first: it begins with a digit, a sign or a point */
	else if (code.length > 0 && strchr("+-.0123456789", *code.start) != NULL)
	{
		Word		first = code;

		code = amount;
		amount = first;
	}
	currency = currency_by_code(code.start, code.length);

	if (code.length == 0 || next_word(&rest).length > 0 ||
		!read_amount(amount, currency == NULL ? 0 : currency->minor_unit, &minor_units, &decimals))
	{
		invalid_literal(string, fcinfo->context, NULL,
						is_json ? "The JSON form is {\"" JSON_AMOUNT_KEY "\": 1250.00, \"" JSON_CURRENCY_KEY "\": \"EUR\"}." :
						"Write the three letters of the currency, a blank and the amount in plain digits, as in \"EUR 1250.00\".");
		PG_RETURN_NULL();
	}
	if (currency == NULL)
	{
		invalid_literal(string, fcinfo->context,
						psprintf("Currency \"%.*s\" is not known.", (int) code.length, code.start),
						KNOWN_CURRENCIES_HINT);
		PG_RETURN_NULL();
	}
	if (currency->minor_unit == NO_MINOR_UNIT)
	{
		invalid_literal(string, fcinfo->context,
						psprintf("ISO 4217 gives %s (%s) no minor unit to count in.", currency->code, currency->name),
						"Keep such quantities as numeric.");
		PG_RETURN_NULL();
	}
	if (decimals > currency->minor_unit)
	{
		invalid_literal(string, fcinfo->context,
						psprintf("Amounts in %s have %d decimals.", currency->code, currency->minor_unit),
						"opportunity.monetary(amount, currency) rounds.");
		PG_RETURN_NULL();
	}
	if (!MONETARY_IN_RANGE(minor_units))
		ereturn(fcinfo->context, (Datum) 0,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("value \"%s\" is out of range for type %s", string, "monetary")));
	if (!currency_is_admitted(currency_key(currency), typmod, fcinfo->context))
		PG_RETURN_NULL();
	PG_RETURN_MONETARY(monetary_make(currency_key(currency), minor_units));
}

/* The amount in digits, with all of its currency's decimals. */
static char *
amount_text(Monetary value, int minor_unit)
{
	int64		minor_units = monetary_minor_units(value);
	const char *sign = minor_units < 0 ? "-" : "";
	int64		unit = (int64) power_of_ten[minor_unit];

	minor_units = minor_units < 0 ? -minor_units : minor_units;
	if (minor_unit == 0)
		return psprintf("%s" INT64_FORMAT, sign, minor_units);
	return psprintf("%s" INT64_FORMAT ".%0*d", sign, minor_units / unit,
					minor_unit, (int) (minor_units % unit));
}

PG_FUNCTION_INFO_V1(opp_monetary_out);

Datum
opp_monetary_out(PG_FUNCTION_ARGS)
{
	Monetary	value = PG_GETARG_MONETARY(0);
	const Currency *currency = monetary_currency(value);

	PG_RETURN_CSTRING(psprintf("%s %s", currency->code, amount_text(value, currency->minor_unit)));
}

static char *
json_form(Monetary value)
{
	const Currency *currency = monetary_currency(value);

	return psprintf("{\"" JSON_AMOUNT_KEY "\": %s, \"" JSON_CURRENCY_KEY "\": \"%s\"}",
					amount_text(value, currency->minor_unit), currency->code);
}

PG_FUNCTION_INFO_V1(opp_monetary_to_json);

Datum
opp_monetary_to_json(PG_FUNCTION_ARGS)
{
	PG_RETURN_TEXT_P(cstring_to_text(json_form(PG_GETARG_MONETARY(0))));
}

PG_FUNCTION_INFO_V1(opp_monetary_to_jsonb);

Datum
opp_monetary_to_jsonb(PG_FUNCTION_ARGS)
{
	return DirectFunctionCall1(jsonb_in, CStringGetDatum(json_form(PG_GETARG_MONETARY(0))));
}

#define BINARY_FORM_LENGTH (CURRENCY_CODE_LENGTH + 1 + (int) sizeof(int64))

PG_FUNCTION_INFO_V1(opp_monetary_recv);

Datum
opp_monetary_recv(PG_FUNCTION_ARGS)
{
	StringInfo	buffer = (StringInfo) PG_GETARG_POINTER(0);
	int32		typmod = PG_GETARG_INT32(2);

	if (buffer->len - buffer->cursor == BINARY_FORM_LENGTH)
	{
		const char *code = pq_getmsgbytes(buffer, CURRENCY_CODE_LENGTH);
		int			decimals = pq_getmsgbyte(buffer);
		int64		minor_units = pq_getmsgint64(buffer);
		const Currency *currency = currency_by_code(code, CURRENCY_CODE_LENGTH);

		if (currency != NULL && memcmp(code, currency->code, CURRENCY_CODE_LENGTH) == 0 &&
			currency->minor_unit == decimals && MONETARY_IN_RANGE(minor_units))
		{
			(void) currency_is_admitted(currency_key(currency), typmod, NULL);
			PG_RETURN_MONETARY(monetary_make(currency_key(currency), minor_units));
		}
	}
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
			 errmsg("invalid binary value for type %s", "monetary"),
			 errdetail("It is the three letters of a currency, its decimals in a byte, and the minor units in eight.")));
}

PG_FUNCTION_INFO_V1(opp_monetary_send);

Datum
opp_monetary_send(PG_FUNCTION_ARGS)
{
	Monetary	value = PG_GETARG_MONETARY(0);
	const Currency *currency = monetary_currency(value);
	StringInfoData buffer;

	pq_begintypsend(&buffer);
	pq_sendbytes(&buffer, currency->code, CURRENCY_CODE_LENGTH);
	pq_sendbyte(&buffer, currency->minor_unit);
	pq_sendint64(&buffer, monetary_minor_units(value));
	PG_RETURN_BYTEA_P(pq_endtypsend(&buffer));
}

PG_FUNCTION_INFO_V1(opp_monetary_typmod_in);

Datum
opp_monetary_typmod_in(PG_FUNCTION_ARGS)
{
	ArrayType  *modifiers = PG_GETARG_ARRAYTYPE_P(0);
	Datum	   *elements;
	int			n;

	deconstruct_array(modifiers, CSTRINGOID, -2, false, TYPALIGN_CHAR, &elements, NULL, &n);
	if (n != 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("type %s takes one modifier, the currency", "monetary"),
				 errhint("For example monetary('EUR').")));
	PG_RETURN_INT32(currency_key(amount_currency(cstring_to_text(DatumGetCString(elements[0])))));
}

/* In quotes: unquoted, ALL (the lek) is a reserved word. */
PG_FUNCTION_INFO_V1(opp_monetary_typmod_out);

Datum
opp_monetary_typmod_out(PG_FUNCTION_ARGS)
{
	PG_RETURN_CSTRING(psprintf("('%s')", modifier_currency(PG_GETARG_INT32(0))->code));
}

PG_FUNCTION_INFO_V1(opp_monetary_to_typmod);

Datum
opp_monetary_to_typmod(PG_FUNCTION_ARGS)
{
	Monetary	value = PG_GETARG_MONETARY(0);

	(void) currency_is_admitted(monetary_key(value), PG_GETARG_INT32(1), NULL);
	PG_RETURN_MONETARY(value);
}
