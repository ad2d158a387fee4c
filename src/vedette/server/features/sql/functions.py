"""The functions a `/sql` query may call: a list of what is allowed, so that what a new engine brings is refused.

Left out on purpose: everything that reads the machine, the server, its settings, other tables or dictionaries
(`file`, `dictGet`, `joinGet`, `hasColumnInTable`, `getSetting`, `hostName`, …), that reaches out (`ai…`), that
sleeps or raises (`sleep`, `throwIf`), that compiles patterns outside the query's limits (`multiMatch…`), and
aggregate states (`…State`, `CAST(… AS AggregateFunction)`), whose bytes the engine trusts when it reads them.
Names are compared without case, as the engine does for SQL's own.
"""

AGGREGATES = """
any anyHeavy anyLast any_value first_value last_value anyRespectNulls anyLast_respect_nulls any_respect_nulls argMax
argMin max_by min_by avg avgWeighted boundingRatio corr corrStable count covarPop covarSamp covar_pop covar_samp
deltaSum deltaSumTimestamp entropy exponentialMovingAverage exponentialTimeDecayedAvg exponentialTimeDecayedCount
exponentialTimeDecayedMax exponentialTimeDecayedSum groupArray array_agg groupArrayLast groupArrayMovingAvg
groupArrayMovingSum groupArraySample groupArraySorted groupArrayIntersect groupConcat group_concat string_agg
groupBitAnd groupBitOr groupBitXor groupUniqArray histogram intervalLengthSum kurtPop kurtSamp
largestTriangleThreeBuckets lttb max maxIntersections maxIntersectionsPosition maxMappedArrays maxMap min minMap
minMappedArrays median medianExact medianTDigest medianTiming medianDD quantile quantileBFloat16 quantileDD
quantileDeterministic quantileExact quantileExactExclusive quantileExactHigh quantileExactInclusive quantileExactLow
quantileExactWeighted quantileGK quantileInterpolatedWeighted quantileTDigest quantileTDigestWeighted quantileTiming
quantileTimingWeighted quantiles quantilesBFloat16 quantilesDD quantilesDeterministic quantilesExact
quantilesExactExclusive quantilesExactHigh quantilesExactInclusive quantilesExactLow quantilesExactWeighted
quantilesGK quantilesInterpolatedWeighted quantilesTDigest quantilesTDigestWeighted quantilesTiming
quantilesTimingWeighted rankCorr retention sequenceCount sequenceMatch sequenceNextNode simpleLinearRegression
singleValueOrNull skewPop skewSamp sparkbar stddevPop stddevSamp stddev_pop stddev_samp std stddev sum sumCount
sumKahan sumMap sumMappedArrays sumMapFiltered sumWithOverflow topK topKWeighted approx_top_k approx_top_sum
approx_top_count uniq uniqCombined uniqCombined64 uniqExact uniqHLL12 uniqUpTo varPop varSamp var_pop var_samp
windowFunnel mannWhitneyUTest studentTTest welchTTest meanZTest countDistinct distinctJSONPaths distinctDynamicTypes
nonNegativeDerivative
"""

WINDOW = """
row_number rank dense_rank denseRank percent_rank percentRank cume_dist ntile lag lead lagInFrame leadInFrame
nth_value
"""

# What a combinator may add to an aggregate's name, e.g. sumIf, uniqExactArrayIf. Not State, Merge, SimpleState.
COMBINATORS = ("if", "array", "map", "distinct", "ordefault", "ornull", "foreach", "argmin", "argmax", "resample")

OPERATORS = """
and or not xor equals notEquals less greater lessOrEquals greaterOrEquals plus minus multiply divide intDiv
intDivOrZero intDivOrNull modulo moduloOrZero mod positiveModulo pmod negate divideOrNull like ilike notLike notILike
in notIn globalIn globalNotIn
isNull isNotNull isDistinctFrom isNotDistinctFrom if multiIf caseWithExpression caseWithoutExpression ifNull nullIf
coalesce assumeNotNull toNullable isZeroOrNull greatest least max2 min2 tuple tupleElement tupleConcat tupleNames
untuple array arrayElement arrayElementOrNull lambda CAST exists grouping identity materialize ignore
firstNonDefault clamp
"""

NUMBERS = """
abs ceil ceiling floor round roundBankers roundDown roundDuration roundAge roundToExp2 trunc truncate sign sqrt cbrt
pow power exp exp2 exp10 log ln log2 log10 log1p sin cos tan asin acos atan atan2 sinh cosh tanh asinh acosh atanh
degrees radians pi e sigmoid factorial gcd lcm hypot erf erfc lgamma tgamma isNaN isFinite isInfinite ifNotFinite
bitAnd bitOr bitXor bitNot bitShiftLeft bitShiftRight bitTest bitTestAll bitTestAny bitCount widthBucket width_bucket
rand rand32 rand64 randCanonical randUniform bar hex unhex bin unbin intExp2 intExp10
"""

CONVERSIONS = " ".join(
    [
        *(
            f"to{name}{suffix}"
            for name in (
                *(f"{sign}Int{bits}" for sign in ("", "U") for bits in (8, 16, 32, 64, 128, 256)),
                "Float32", "Float64", "Date", "Date32", "DateTime", "DateTime64", "Decimal32", "Decimal64",
                "Decimal128", "UUID", "IPv4", "IPv6",
            )
            for suffix in ("", "OrNull", "OrZero", "OrDefault")
        ),
        "toString toFixedString toBool toDateTime32 toLowCardinality toTypeName toStringCutToZero toDecimalString",
        "toValidUTF8",
    ]
)  # fmt: skip

TIMES = """
now now64 today yesterday current_timestamp current_date curdate timezone timeZoneOf timezoneOf toTimeZone toTimezone
makeDate makeDateTime makeDateTime64
toYear toQuarter toMonth toDayOfMonth toDayOfWeek toDayOfYear toHour toMinute toSecond toMillisecond toISOWeek
toISOYear toWeek toYearWeek toMonday toLastDayOfMonth toLastDayOfWeek toDaysInMonth year quarter month day hour minute
second week dayofweek dayofmonth dayofyear yearweek
toUnixTimestamp toUnixTimestamp64Second toUnixTimestamp64Milli toUnixTimestamp64Micro toUnixTimestamp64Nano
fromUnixTimestamp from_unixtime fromUnixTimestamp64Second fromUnixTimestamp64Milli fromUnixTimestamp64Micro
fromUnixTimestamp64Nano
toStartOfYear toStartOfISOYear toStartOfQuarter toStartOfMonth toStartOfWeek toStartOfDay toStartOfHour
toStartOfMinute toStartOfSecond toStartOfMillisecond toStartOfFiveMinutes toStartOfFiveMinute toStartOfTenMinutes
toStartOfFifteenMinutes toStartOfInterval time_bucket date_bin dateTrunc date_trunc timeSlot timeSlots toTime
toTimeWithFixedDate toYYYYMM toYYYYMMDD toYYYYMMDDhhmmss YYYYMMDDToDate toRelativeYearNum toRelativeQuarterNum
toRelativeMonthNum toRelativeWeekNum toRelativeDayNum toRelativeHourNum toRelativeMinuteNum toRelativeSecondNum
dateDiff date_diff timestamp_diff timestampDiff timeDiff age dateName monthName addDate subDate
addYears addQuarters addMonths addWeeks addDays addHours addMinutes addSeconds addMilliseconds addMicroseconds
addNanoseconds addInterval subtractYears subtractQuarters subtractMonths subtractWeeks subtractDays subtractHours
subtractMinutes subtractSeconds subtractMilliseconds subtractMicroseconds subtractNanoseconds subtractInterval
toIntervalYear toIntervalQuarter toIntervalMonth toIntervalWeek toIntervalDay toIntervalHour toIntervalMinute
toIntervalSecond toIntervalMillisecond toIntervalMicrosecond toIntervalNanosecond
formatDateTime date_format formatDateTimeInJodaSyntax parseDateTime parseDateTimeOrNull parseDateTimeBestEffort
parseDateTimeBestEffortOrNull parseDateTimeBestEffortOrZero parseDateTime64BestEffort parseDateTime64BestEffortOrNull
parseDateTime32BestEffort parseTimeDelta date timestamp tumble tumbleStart tumbleEnd hop hopStart hopEnd
UUIDv7ToDateTime
"""

STRINGS = """
length lengthUTF8 char_length empty notEmpty lower upper lcase ucase lowerUTF8 upperUTF8 initcap reverse reverseUTF8
concat concat_ws concatWithSeparator substring substr mid substringUTF8 substringIndex left right leftUTF8 rightUTF8
leftPad rightPad lpad rpad leftPadUTF8 rightPadUTF8 trim ltrim rtrim trimBoth trimLeft trimRight startsWith endsWith
startsWithCaseInsensitive endsWithCaseInsensitive repeat space format printf ascii char position locate instr
positionCaseInsensitive positionUTF8 positionCaseInsensitiveUTF8 multiSearchAny multiSearchAnyCaseInsensitive
multiSearchAnyUTF8 multiSearchAnyCaseInsensitiveUTF8 multiSearchFirstIndex multiSearchFirstPosition
multiSearchAllPositions match countMatches countMatchesCaseInsensitive countSubstrings countSubstringsCaseInsensitive
regexpExtract regexp_extract extract extractAll extractGroups extractAllGroups extractAllGroupsHorizontal
extractAllGroupsVertical regexpQuoteMeta replace replaceOne replaceAll replaceRegexpOne replaceRegexpAll
regexp_replace translate translateUTF8 overlay splitByChar splitByString splitByRegexp splitByWhitespace
splitByNonAlpha splitByAlpha alphaTokens tokens ngrams arrayStringConcat array_to_string hasToken hasTokenOrNull
hasTokenCaseInsensitive hasAllTokens hasAnyTokens hasPhrase hasSubsequence hasSubsequenceCaseInsensitive ngramDistance
ngramSearch editDistance levenshteinDistance damerauLevenshteinDistance jaroSimilarity jaroWinklerSimilarity soundex
isValidUTF8 firstLine normalizeUTF8NFC normalizedQueryHash normalizeQuery base64Encode base64Decode tryBase64Decode
encodeURLComponent decodeURLComponent decodeURLFormComponent encodeXMLComponent decodeXMLComponent decodeHTMLComponent
extractTextFromHTML formatReadableSize formatReadableDecimalSize formatReadableQuantity formatReadableTimeDelta
parseReadableSize parseReadableSizeOrNull protocol domain domainWithoutWWW topLevelDomain firstSignificantSubdomain
cutToFirstSignificantSubdomain port path pathFull queryString fragment queryStringAndFragment netloc
extractURLParameter extractURLParameters extractURLParameterNames URLHierarchy URLPathHierarchy cutWWW cutQueryString
cutFragment cutQueryStringAndFragment cutURLParameter isIPv4String isIPv6String isIPAddressInRange IPv4NumToString
IPv4StringToNum IPv6NumToString IPv4ToIPv6 cityHash64 sipHash64 sipHash128 xxHash32 xxHash64 xxh3 farmHash64
murmurHash3_32 murmurHash3_64 halfMD5 MD5 SHA1 SHA256 intHash32 intHash64 generateUUIDv4 generateUUIDv7
UUIDStringToNum UUIDNumToString
"""

COLLECTIONS = """
arrayAll arrayAvg arrayCompact arrayConcat arrayCount arrayCumSum arrayCumSumNonNegative arrayDifference arrayDistinct
arrayDotProduct arrayEnumerate arrayEnumerateDense arrayEnumerateUniq arrayExcept arrayExists arrayFill arrayFilter
arrayFirst arrayFirstIndex arrayFirstOrNull arrayFlatten flatten arrayFold arrayIntersect arrayJaccardIndex arrayJoin
unnest arrayLast arrayLastIndex arrayLastOrNull arrayMap arrayMax arrayMin arrayPartialSort arrayPopBack arrayPopFront
arrayProduct arrayPushBack arrayPushFront arrayRemove arrayResize arrayReverse arrayReverseFill arrayReverseSort
arrayReverseSplit arrayRotateLeft arrayRotateRight arrayShiftLeft arrayShiftRight arrayShingles arraySlice arraySort
arraySplit arraySum arraySymmetricDifference arrayUnion arrayUniq arrayWithConstant arrayZip arrayZipUnaligned
countEqual emptyArrayString has hasAll hasAny hasSubstr indexOf indexOfAssumeSorted range replicate L1Norm L2Norm
cosineDistance L2Distance map mapAdd mapAll mapApply mapConcat mapContains mapContainsKey mapContainsKeyLike
mapContainsValue mapExists mapExtractKeyLike mapFilter mapFromArrays mapKeys mapPopulateSeries mapReverseSort mapSort
mapSubtract mapUpdate mapValues tupleToNameValuePairs flattenTuple JSONAllPaths JSONAllPathsWithTypes JSONAllValues
JSONArrayLength JSONDynamicPaths JSONExtract JSONExtractArrayRaw JSONExtractBool JSONExtractFloat JSONExtractInt
JSONExtractKeys JSONExtractKeysAndValues JSONExtractKeysAndValuesRaw JSONExtractRaw JSONExtractString JSONExtractUInt
JSONHas JSONKey JSONLength JSONType JSON_EXISTS JSON_QUERY JSON_VALUE isValidJSON toJSONString simpleJSONExtractBool
simpleJSONExtractFloat simpleJSONExtractInt simpleJSONExtractRaw simpleJSONExtractString simpleJSONExtractUInt
simpleJSONHas visitParamExtractString visitParamExtractInt visitParamExtractFloat visitParamExtractRaw visitParamHas
dynamicElement dynamicType getSubcolumn transform neighbor runningDifference runningDifferenceStartingWithFirstValue
rowNumberInAllBlocks
"""

AGGREGATE_NAMES = frozenset(AGGREGATES.lower().split())
FUNCTION_NAMES = frozenset(
    " ".join((WINDOW, OPERATORS, NUMBERS, CONVERSIONS, TIMES, STRINGS, COLLECTIONS)).lower().split()
)


def is_allowed(name: str) -> bool:
    """Whether a query may call this function, by its name as written; combinators are understood."""
    name = name.lower()
    return name in FUNCTION_NAMES or _is_aggregate(name)


def _is_aggregate(name: str) -> bool:
    if name in AGGREGATE_NAMES:
        return True
    return any(_is_aggregate(name.removesuffix(end)) for end in COMBINATORS if name.endswith(end) and name != end)
