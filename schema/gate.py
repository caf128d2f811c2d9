"""The one door every operation goes through, of pages and of clients alike.

Before execution: the document is taken from the library (parsed and validated once), the
credentials are turned into a viewer, scopes and limits are checked. After it: errors are given
their codes and ours are masked.
"""

from collections.abc import AsyncIterator, Iterator
from typing import Any

from graphql import (
    DocumentNode,
    GraphQLError,
    OperationDefinitionNode,
    OperationType,
    get_variable_values,
    parse,
)
from strawberry.extensions import SchemaExtension
from strawberry.types import ExecutionContext

from schema import errors
from schema.analysis import Library, Prepared, mistake
from schema.context import BadCredentials, Context, ask_as, authenticate
from schema.measure import check_limits

MAX_FAULTS = 50

# What stands in for a document that must not run: Strawberry asks whether its operation's type
# is allowed here before it looks at the errors we found.
_STAND_INS: dict[OperationType, DocumentNode] = {
    kind: parse(f"{kind.value} {{ __typename }}") for kind in OperationType
}


def _allowed(execution: ExecutionContext) -> set[str]:
    """Kinds of operations the transport can run."""
    return {kind.value for kind in execution.allowed_operations}


class Gate(SchemaExtension):
    """Strawberry's hooks around `admit` and `errors.public`."""

    library: Library

    async def on_operation(self) -> AsyncIterator[None]:
        """Admit the operation, run it, and mask what went wrong inside it."""
        execution = self.execution_context
        refused = await self._admit(execution)
        if refused:
            allowed = _allowed(execution)
            execution.graphql_document = next(
                document for kind, document in _STAND_INS.items() if kind.value in allowed
            )
            execution._provided_operation_name = None
            execution.pre_execution_errors = refused
        yield
        self._mask(execution.result)

    def on_stream_result(self, result: Any) -> Iterator[None]:
        """The same for each result of a stream."""
        self._mask(result)
        yield

    async def _admit(self, execution: ExecutionContext) -> list[GraphQLError] | None:
        execution.validation_rules = ()
        ask_as(None, {})
        try:
            return await self._check(execution)
        except GraphQLError as error:
            return [error]
        except RecursionError:
            return [errors.coded("The document is nested too deeply.", errors.COST_EXCEEDED)]
        except Exception as error:
            return [GraphQLError(str(error), original_error=error)]

    async def _check(self, execution: ExecutionContext) -> list[GraphQLError] | None:
        if not isinstance(execution.query, str):
            raise errors.coded("The query must be a string.", errors.BAD_REQUEST)
        prepared = self.library.prepare(execution.query)
        if prepared.errors:
            return prepared.errors
        name = execution._provided_operation_name
        operation = prepared.operation(name)
        problem = await self._enter(execution, prepared, operation)
        if problem is not None:
            return [problem]
        faults = self._faults(operation, execution.variables or {})
        if faults is None:
            execution.graphql_document = prepared.document
            execution.pre_execution_errors = None
        return faults

    def _faults(
        self, operation: OperationDefinitionNode, variables: dict[str, Any]
    ) -> list[GraphQLError] | None:
        """What is wrong with the variables. As shipped, that is found too late: as the result of
        an execution, with a `data` that is null.
        """
        wanted = operation.variable_definitions or ()
        found = get_variable_values(self.library.schema, wanted, variables, max_errors=MAX_FAULTS)
        return [mistake(error) for error in found] if isinstance(found, list) else None

    async def _enter(
        self, execution: ExecutionContext, prepared: Prepared, operation: OperationDefinitionNode
    ) -> GraphQLError | None:
        context: Context = execution.context
        if operation.operation.value not in _allowed(execution):
            return errors.coded(
                f"A {operation.operation.value} cannot be run this way.", errors.BAD_REQUEST
            )
        measure = self.library.measure(prepared, operation, execution.variables or {})
        limit = check_limits(measure, operation)
        if limit:
            return limit
        try:
            viewer = await authenticate(context)
        except BadCredentials:
            return errors.unauthenticated()
        now = ask_as(viewer, prepared.names)
        if viewer is None and operation.operation is not OperationType.QUERY:
            if context.close is not None:  # a socket that came without credentials: 4403
                await context.close()
            return errors.unauthenticated()
        missing = measure.scopes - now.scopes
        if missing and viewer is not None:
            return errors.coded(
                f"This needs the scope {', '.join(sorted(missing))}.",
                errors.FORBIDDEN_SCOPE,
                missing=sorted(missing),
            )
        return None

    def _mask(self, result: Any) -> None:
        found = getattr(result, "errors", None)
        if found:
            context: Context = self.execution_context.context
            result.errors = [errors.public(error, context.request_id) for error in found]
