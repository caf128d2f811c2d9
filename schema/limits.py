"""Where the API draws its lines. The checks, `instance { limits { api } }` and the tests read the
same numbers; none of them is a setting, since each guards the process and not a policy.
"""

# A request
MAX_BODY = 256 * 1024
MAX_MESSAGE = 256 * 1024

# A document, before it is validated. Validation is not linear in graphql-core: these keep the
# worst document found at some 50 ms (tests/schema/test_hostile.py).
MAX_DOCUMENT = 50_000
MAX_TOKENS = 2_000
MAX_FIELDS = 2_000
MAX_PAIRS = 10_000
MAX_OPERATIONS = 20
MAX_FRAGMENTS = 100
MAX_DIRECTIVES = 100
MAX_VARIABLES = 100
MAX_LITERALS = 250
MAX_MISTAKES = 10

# The values of its variables
MAX_VALUES = 2_000
MAX_VALUE_DEPTH = 20
MAX_TEXT = 200_000

# An operation
MAX_COST = 100_000
MAX_DEPTH = 20
MAX_ALIASES = 60
MAX_ROOT_FIELDS = 30
MAX_IDS = 100
FIELDS_PER_POINT = 100
# Of a webhook, run for every event at nobody's points.
MAX_WEBHOOK_COST = 2_000
