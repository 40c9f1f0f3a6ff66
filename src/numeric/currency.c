/*
 * currency.c
 *		ISO 4217: the currencies, their numbers and minor units.
 *
 * From ISO 4217 list one of 2024-06-25 with the additions and withdrawals up to
 * June 2026; test/data/iso4217 has the list and says where it comes from, and the
 * test numeric_currency compares the two.  Names are in ASCII.
 *
 * The table is append-only: stored amounts are counts of minor units, so the
 * minor unit of a code is frozen for ever, and no code is ever removed; one that
 * ISO withdraws is marked so.
 */
#include "opportunity.h"

#include "funcapi.h"
#include "numeric/currency.h"
#include "utils/builtins.h"
#include "utils/tuplestore.h"

/* Sorted by code. */
static const Currency currencies[] = {
	{"AED", 784, 2, true, "UAE Dirham"},
	{"AFN", 971, 2, true, "Afghani"},
	{"ALL", 8, 2, true, "Lek"},
	{"AMD", 51, 2, true, "Armenian Dram"},
	{"ANG", 532, 2, false, "Netherlands Antillean Guilder"},
	{"AOA", 973, 2, true, "Kwanza"},
	{"ARS", 32, 2, true, "Argentine Peso"},
	{"AUD", 36, 2, true, "Australian Dollar"},
	{"AWG", 533, 2, true, "Aruban Florin"},
	{"AZN", 944, 2, true, "Azerbaijan Manat"},
	{"BAM", 977, 2, true, "Convertible Mark"},
	{"BBD", 52, 2, true, "Barbados Dollar"},
	{"BDT", 50, 2, true, "Taka"},
	{"BGN", 975, 2, false, "Bulgarian Lev"},
	{"BHD", 48, 3, true, "Bahraini Dinar"},
	{"BIF", 108, 0, true, "Burundi Franc"},
	{"BMD", 60, 2, true, "Bermudian Dollar"},
	{"BND", 96, 2, true, "Brunei Dollar"},
	{"BOB", 68, 2, true, "Boliviano"},
	{"BOV", 984, 2, true, "Mvdol"},
	{"BRL", 986, 2, true, "Brazilian Real"},
	{"BSD", 44, 2, true, "Bahamian Dollar"},
	{"BTN", 64, 2, true, "Ngultrum"},
	{"BWP", 72, 2, true, "Pula"},
	{"BYN", 933, 2, true, "Belarusian Ruble"},
	{"BZD", 84, 2, true, "Belize Dollar"},
	{"CAD", 124, 2, true, "Canadian Dollar"},
	{"CDF", 976, 2, true, "Congolese Franc"},
	{"CHE", 947, 2, true, "WIR Euro"},
	{"CHF", 756, 2, true, "Swiss Franc"},
	{"CHW", 948, 2, true, "WIR Franc"},
	{"CLF", 990, 4, true, "Unidad de Fomento"},
	{"CLP", 152, 0, true, "Chilean Peso"},
	{"CNY", 156, 2, true, "Yuan Renminbi"},
	{"COP", 170, 2, true, "Colombian Peso"},
	{"COU", 970, 2, true, "Unidad de Valor Real"},
	{"CRC", 188, 2, true, "Costa Rican Colon"},
	{"CUC", 931, 2, false, "Peso Convertible"},
	{"CUP", 192, 2, true, "Cuban Peso"},
	{"CVE", 132, 2, true, "Cabo Verde Escudo"},
	{"CZK", 203, 2, true, "Czech Koruna"},
	{"DJF", 262, 0, true, "Djibouti Franc"},
	{"DKK", 208, 2, true, "Danish Krone"},
	{"DOP", 214, 2, true, "Dominican Peso"},
	{"DZD", 12, 2, true, "Algerian Dinar"},
	{"EGP", 818, 2, true, "Egyptian Pound"},
	{"ERN", 232, 2, true, "Nakfa"},
	{"ETB", 230, 2, true, "Ethiopian Birr"},
	{"EUR", 978, 2, true, "Euro"},
	{"FJD", 242, 2, true, "Fiji Dollar"},
	{"FKP", 238, 2, true, "Falkland Islands Pound"},
	{"GBP", 826, 2, true, "Pound Sterling"},
	{"GEL", 981, 2, true, "Lari"},
	{"GHS", 936, 2, true, "Ghana Cedi"},
	{"GIP", 292, 2, true, "Gibraltar Pound"},
	{"GMD", 270, 2, true, "Dalasi"},
	{"GNF", 324, 0, true, "Guinean Franc"},
	{"GTQ", 320, 2, true, "Quetzal"},
	{"GYD", 328, 2, true, "Guyana Dollar"},
	{"HKD", 344, 2, true, "Hong Kong Dollar"},
	{"HNL", 340, 2, true, "Lempira"},
	{"HTG", 332, 2, true, "Gourde"},
	{"HUF", 348, 2, true, "Forint"},
	{"IDR", 360, 2, true, "Rupiah"},
	{"ILS", 376, 2, true, "New Israeli Sheqel"},
	{"INR", 356, 2, true, "Indian Rupee"},
	{"IQD", 368, 3, true, "Iraqi Dinar"},
	{"IRR", 364, 2, true, "Iranian Rial"},
	{"ISK", 352, 0, true, "Iceland Krona"},
	{"JMD", 388, 2, true, "Jamaican Dollar"},
	{"JOD", 400, 3, true, "Jordanian Dinar"},
	{"JPY", 392, 0, true, "Yen"},
	{"KES", 404, 2, true, "Kenyan Shilling"},
	{"KGS", 417, 2, true, "Som"},
	{"KHR", 116, 2, true, "Riel"},
	{"KMF", 174, 0, true, "Comorian Franc"},
	{"KPW", 408, 2, true, "North Korean Won"},
	{"KRW", 410, 0, true, "Won"},
	{"KWD", 414, 3, true, "Kuwaiti Dinar"},
	{"KYD", 136, 2, true, "Cayman Islands Dollar"},
	{"KZT", 398, 2, true, "Tenge"},
	{"LAK", 418, 2, true, "Lao Kip"},
	{"LBP", 422, 2, true, "Lebanese Pound"},
	{"LKR", 144, 2, true, "Sri Lanka Rupee"},
	{"LRD", 430, 2, true, "Liberian Dollar"},
	{"LSL", 426, 2, true, "Loti"},
	{"LYD", 434, 3, true, "Libyan Dinar"},
	{"MAD", 504, 2, true, "Moroccan Dirham"},
	{"MDL", 498, 2, true, "Moldovan Leu"},
	{"MGA", 969, 2, true, "Malagasy Ariary"},
	{"MKD", 807, 2, true, "Denar"},
	{"MMK", 104, 2, true, "Kyat"},
	{"MNT", 496, 2, true, "Tugrik"},
	{"MOP", 446, 2, true, "Pataca"},
	{"MRU", 929, 2, true, "Ouguiya"},
	{"MUR", 480, 2, true, "Mauritius Rupee"},
	{"MVR", 462, 2, true, "Rufiyaa"},
	{"MWK", 454, 2, true, "Malawi Kwacha"},
	{"MXN", 484, 2, true, "Mexican Peso"},
	{"MXV", 979, 2, true, "Mexican Unidad de Inversion (UDI)"},
	{"MYR", 458, 2, true, "Malaysian Ringgit"},
	{"MZN", 943, 2, true, "Mozambique Metical"},
	{"NAD", 516, 2, true, "Namibia Dollar"},
	{"NGN", 566, 2, true, "Naira"},
	{"NIO", 558, 2, true, "Cordoba Oro"},
	{"NOK", 578, 2, true, "Norwegian Krone"},
	{"NPR", 524, 2, true, "Nepalese Rupee"},
	{"NZD", 554, 2, true, "New Zealand Dollar"},
	{"OMR", 512, 3, true, "Rial Omani"},
	{"PAB", 590, 2, true, "Balboa"},
	{"PEN", 604, 2, true, "Sol"},
	{"PGK", 598, 2, true, "Kina"},
	{"PHP", 608, 2, true, "Philippine Peso"},
	{"PKR", 586, 2, true, "Pakistan Rupee"},
	{"PLN", 985, 2, true, "Zloty"},
	{"PYG", 600, 0, true, "Guarani"},
	{"QAR", 634, 2, true, "Qatari Rial"},
	{"RON", 946, 2, true, "Romanian Leu"},
	{"RSD", 941, 2, true, "Serbian Dinar"},
	{"RUB", 643, 2, true, "Russian Ruble"},
	{"RWF", 646, 0, true, "Rwanda Franc"},
	{"SAR", 682, 2, true, "Saudi Riyal"},
	{"SBD", 90, 2, true, "Solomon Islands Dollar"},
	{"SCR", 690, 2, true, "Seychelles Rupee"},
	{"SDG", 938, 2, true, "Sudanese Pound"},
	{"SEK", 752, 2, true, "Swedish Krona"},
	{"SGD", 702, 2, true, "Singapore Dollar"},
	{"SHP", 654, 2, true, "Saint Helena Pound"},
	{"SLE", 925, 2, true, "Leone"},
	{"SOS", 706, 2, true, "Somali Shilling"},
	{"SRD", 968, 2, true, "Surinam Dollar"},
	{"SSP", 728, 2, true, "South Sudanese Pound"},
	{"STN", 930, 2, true, "Dobra"},
	{"SVC", 222, 2, true, "El Salvador Colon"},
	{"SYP", 760, 2, true, "Syrian Pound"},
	{"SZL", 748, 2, true, "Lilangeni"},
	{"THB", 764, 2, true, "Baht"},
	{"TJS", 972, 2, true, "Somoni"},
	{"TMT", 934, 2, true, "Turkmenistan New Manat"},
	{"TND", 788, 3, true, "Tunisian Dinar"},
	{"TOP", 776, 2, true, "Pa'anga"},
	{"TRY", 949, 2, true, "Turkish Lira"},
	{"TTD", 780, 2, true, "Trinidad and Tobago Dollar"},
	{"TWD", 901, 2, true, "New Taiwan Dollar"},
	{"TZS", 834, 2, true, "Tanzanian Shilling"},
	{"UAH", 980, 2, true, "Hryvnia"},
	{"UGX", 800, 0, true, "Uganda Shilling"},
	{"USD", 840, 2, true, "US Dollar"},
	{"USN", 997, 2, true, "US Dollar (Next day)"},
	{"UYI", 940, 0, true, "Uruguay Peso en Unidades Indexadas (UI)"},
	{"UYU", 858, 2, true, "Peso Uruguayo"},
	{"UYW", 927, 4, true, "Unidad Previsional"},
	{"UZS", 860, 2, true, "Uzbekistan Sum"},
	{"VED", 926, 2, true, "Bolivar Soberano"},
	{"VES", 928, 2, true, "Bolivar Soberano"},
	{"VND", 704, 0, true, "Dong"},
	{"VUV", 548, 0, true, "Vatu"},
	{"WST", 882, 2, true, "Tala"},
	{"XAD", 396, 2, true, "Arab Accounting Dinar"},
	{"XAF", 950, 0, true, "CFA Franc BEAC"},
	{"XAG", 961, NO_MINOR_UNIT, true, "Silver"},
	{"XAU", 959, NO_MINOR_UNIT, true, "Gold"},
	{"XBA", 955, NO_MINOR_UNIT, true, "Bond Markets Unit European Composite Unit (EURCO)"},
	{"XBB", 956, NO_MINOR_UNIT, true, "Bond Markets Unit European Monetary Unit (E.M.U.-6)"},
	{"XBC", 957, NO_MINOR_UNIT, true, "Bond Markets Unit European Unit of Account 9 (E.U.A.-9)"},
	{"XBD", 958, NO_MINOR_UNIT, true, "Bond Markets Unit European Unit of Account 17 (E.U.A.-17)"},
	{"XCD", 951, 2, true, "East Caribbean Dollar"},
	{"XCG", 532, 2, true, "Caribbean Guilder"},
	{"XDR", 960, NO_MINOR_UNIT, true, "SDR (Special Drawing Right)"},
	{"XOF", 952, 0, true, "CFA Franc BCEAO"},
	{"XPD", 964, NO_MINOR_UNIT, true, "Palladium"},
	{"XPF", 953, 0, true, "CFP Franc"},
	{"XPT", 962, NO_MINOR_UNIT, true, "Platinum"},
	{"XSU", 994, NO_MINOR_UNIT, true, "Sucre"},
	{"XTS", 963, NO_MINOR_UNIT, true, "Codes specifically reserved for testing purposes"},
	{"XUA", 965, NO_MINOR_UNIT, true, "ADB Unit of Account"},
	{"XXX", 999, NO_MINOR_UNIT, true, "The codes assigned for transactions where no currency is involved"},
	{"YER", 886, 2, true, "Yemeni Rial"},
	{"ZAR", 710, 2, true, "Rand"},
	{"ZMW", 967, 2, true, "Zambian Kwacha"},
	{"ZWG", 924, 2, true, "Zimbabwe Gold"},
};

#define N_CURRENCIES ((int) lengthof(currencies))

const Currency *
currency_by_code(const char *code, size_t length)
{
	char		upper[CURRENCY_CODE_LENGTH];
	int			low = 0;
	int			high = N_CURRENCIES;

	if (length != CURRENCY_CODE_LENGTH)
		return NULL;
	for (int i = 0; i < CURRENCY_CODE_LENGTH; i++)
		upper[i] = pg_ascii_toupper((unsigned char) code[i]);

	while (low < high)
	{
		int			middle = (low + high) / 2;
		int			order = memcmp(upper, currencies[middle].code, CURRENCY_CODE_LENGTH);

		if (order == 0)
			return &currencies[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

/* Append-only as well: withdrawn currencies whose number another one has now. */
static const struct
{
	char		code[CURRENCY_CODE_LENGTH + 1];
	int			key;
}			renumbered[] = {
	{"ANG", 1000},
};

int
currency_key(const Currency *currency)
{
	for (int i = 0; i < (int) lengthof(renumbered); i++)
	{
		if (strcmp(renumbered[i].code, currency->code) == 0)
			return renumbered[i].key;
	}
	return currency->number;
}

const Currency *
currency_by_key(int key)
{
	static const Currency *by_key[CURRENCY_KEYS];

	if (by_key[currency_key(&currencies[0])] == NULL)
	{
		for (int i = N_CURRENCIES - 1; i >= 0; i--)
			by_key[currency_key(&currencies[i])] = &currencies[i];
	}
	return key >= 0 && key < CURRENCY_KEYS ? by_key[key] : NULL;
}

PG_FUNCTION_INFO_V1(opp_currencies);

Datum
opp_currencies(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;

	InitMaterializedSRF(fcinfo, 0);
	for (int i = 0; i < N_CURRENCIES; i++)
	{
		const Currency *currency = &currencies[i];
		Datum		values[5];
		bool		nulls[5] = {false};

		values[0] = CStringGetTextDatum(currency->code);
		values[1] = Int32GetDatum(currency->number);
		values[2] = CStringGetTextDatum(currency->name);
		values[3] = Int32GetDatum(currency->minor_unit);
		nulls[3] = currency->minor_unit == NO_MINOR_UNIT;
		values[4] = BoolGetDatum(currency->is_current);
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(opp_minor_unit);

Datum
opp_minor_unit(PG_FUNCTION_ARGS)
{
	text	   *code = PG_GETARG_TEXT_PP(0);
	const Currency *currency = currency_by_code(VARDATA_ANY(code), VARSIZE_ANY_EXHDR(code));

	if (currency == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("currency \"%s\" is not known", text_to_cstring(code)),
				 errhint("Currencies have the three letters of ISO 4217; opportunity.currencies() lists them.")));
	if (currency->minor_unit == NO_MINOR_UNIT)
		PG_RETURN_NULL();
	PG_RETURN_INT32(currency->minor_unit);
}
