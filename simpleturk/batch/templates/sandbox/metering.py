"""A template's syntax tree → the same, with its cost: loops and macros count steps, operators ask before they work.

Jinja compiles a template to Python, in which loops and operators are Python's own. Each becomes a call of a private
filter, which is the quickest call that Jinja has.
"""

from typing import Any

from jinja2 import Environment, nodes
from jinja2.visitor import NodeTransformer

from simpleturk.batch.templates.cost import CHARACTERS

#: The names of the private filters. No template can write a name with a blank after a `|`.
LOOP, STEP, MADE, JOINED, SLICED, READ, CONTAINS = (
    f"cost of {what}" for what in ("loop", "step", "made", "~", "slice", "read", "in")
)
OPERATORS = {"add": "cost of +", "sub": "cost of -", "mul": "cost of *", "pow": "cost of **", "mod": "cost of %"}

#: The steps of printing a value, besides those of its parts: small texts are not counted when they are printed.
_PRINTED = 8


def metered(tree: nodes.Template, environment: Environment) -> nodes.Template:
    """The tree of a template, changed in place."""
    _Metering(environment).visit(tree)
    return tree


class _Metering(NodeTransformer):
    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        #: The nodes since the beginning of the loop, the macro or the block.
        self._steps = 0

    def generic_visit(self, node: nodes.Node, *args: Any, **kwargs: Any) -> nodes.Node:
        self._steps += 1
        return super().generic_visit(node, *args, **kwargs)

    def visit_TemplateData(self, node: nodes.TemplateData) -> nodes.Node:
        self._steps += 1 + (len(node.data) >> CHARACTERS)
        return node

    def visit_Const(self, node: nodes.Const) -> nodes.Node:
        self._steps += 1 + (len(node.value) >> CHARACTERS if isinstance(node.value, str) else 0)
        return node

    def visit_Output(self, node: nodes.Output) -> nodes.Node:
        self._steps += _PRINTED * sum(not isinstance(part, nodes.TemplateData) for part in node.nodes)
        return self.generic_visit(node)

    def _body(self, node: Any) -> None:
        """Count the nodes of a body that runs on its own, and spend their number when it begins."""
        outer, self._steps = self._steps, 1
        node.body = self._all(node.body)
        self._spend_first(node)
        self._steps = outer + 1

    def _spend_first(self, node: Any) -> None:
        nothing = nodes.Const(None, lineno=node.lineno, environment=self._environment)
        step = self._filter(STEP, nothing, node.lineno, [self._const(self._steps, node.lineno)])
        node.body.insert(0, nodes.ExprStmt(step, lineno=node.lineno, environment=self._environment))

    def _all(self, parts: list[Any]) -> list[Any]:
        return [self.visit(part) for part in parts]

    def visit_Template(self, node: nodes.Template) -> nodes.Node:
        self._body(node)
        return node

    def visit_Block(self, node: nodes.Block) -> nodes.Node:
        self._body(node)
        return node

    def visit_Macro(self, node: nodes.Macro) -> nodes.Node:
        node.defaults = self._all(node.defaults)
        self._body(node)
        return node

    def visit_CallBlock(self, node: nodes.CallBlock) -> nodes.Node:
        node.defaults = self._all(node.defaults)
        node.call = self.visit(node.call)
        self._body(node)
        return node

    def visit_For(self, node: nodes.For) -> nodes.Node:
        node.iter = self.visit(node.iter)
        node.else_ = self._all(node.else_)
        outer, self._steps = self._steps, 1
        node.test = node.test and self.visit(node.test)
        node.body = self._all(node.body)
        if node.recursive:
            # The same body runs for other lists, too: loop(…).
            self._spend_first(node)
        node.iter = self._filter(LOOP, node.iter, node.lineno, [self._const(self._steps, node.lineno)])
        self._steps = outer + 1
        return node

    def _operator(self, node: nodes.BinExpr) -> nodes.Node:
        self.generic_visit(node)
        is_number = any(
            isinstance(one, nodes.Const) and type(one.value) in (int, float) for one in node.iter_child_nodes()
        )
        if node.operator in "+-" and is_number:
            return node  # A number and a constant make a number that is about as large.
        name = OPERATORS[type(node).__name__.lower()]
        return self._filter(name, node.left, node.lineno, [node.right])

    visit_Add = visit_Sub = visit_Mul = visit_Pow = visit_Mod = _operator

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:
        self.generic_visit(node)
        parts = nodes.Tuple(node.nodes, "load", lineno=node.lineno, environment=self._environment)
        return self._filter(JOINED, parts, node.lineno)

    def visit_Compare(self, node: nodes.Compare) -> nodes.Node:
        self.generic_visit(node)
        sides = [node.expr, *(operand.expr for operand in node.ops)]
        is_membership = any(operand.op in ("in", "notin") for operand in node.ops)
        if is_membership and len(sides) == 2:
            contains: nodes.Expr = self._filter(CONTAINS, node.expr, node.lineno, [sides[1]])
            is_negated = node.ops[0].op == "notin"
            return nodes.Not(contains, lineno=node.lineno, environment=self._environment) if is_negated else contains
        if not is_membership and (len(sides) == 2 and any(isinstance(side, nodes.Const) for side in sides)):
            return node  # Comparing with a constant is quick.
        if _is_variable(node.expr):
            node.expr = self._filter(READ, node.expr, node.lineno)
        for operand in node.ops:
            if _is_variable(operand.expr) and (is_membership or len(sides) > 2):
                is_searched = self._const(operand.op in ("in", "notin"), node.lineno)
                operand.expr = self._filter(READ, operand.expr, node.lineno, [is_searched])
        return node

    def visit_Getitem(self, node: nodes.Getitem) -> nodes.Node:
        self.generic_visit(node)
        if isinstance(node.arg, nodes.Slice):
            node.node = self._filter(SLICED, node.node, node.lineno)
        return node

    def visit_List(self, node: nodes.List) -> nodes.Node:
        self.generic_visit(node)
        return self._filter(MADE, node, node.lineno) if any(map(_is_variable, node.items)) else node

    def visit_Tuple(self, node: nodes.Tuple) -> nodes.Node:
        self.generic_visit(node)
        is_value = node.ctx == "load" and any(map(_is_variable, node.items))
        return self._filter(MADE, node, node.lineno) if is_value else node

    def visit_Dict(self, node: nodes.Dict) -> nodes.Node:
        # Numbers with the same hash make Python's dictionaries slow.
        others = sum(not (isinstance(pair.key, nodes.Const) and isinstance(pair.key.value, str)) for pair in node.items)
        self._steps += others * others >> 4
        self.generic_visit(node)
        is_variable = any(_is_variable(pair.key) or _is_variable(pair.value) for pair in node.items)
        return self._filter(MADE, node, node.lineno) if is_variable else node

    def _const(self, value: int | bool, line: int) -> nodes.Const:
        return nodes.Const(value, lineno=line, environment=self._environment)

    def _filter(self, name: str, node: Any, line: int, args: list[nodes.Expr] | None = None) -> nodes.Filter:
        options: dict[str, Any] = {"lineno": line, "environment": self._environment}
        return nodes.Filter(node, name, args or [], [], None, None, **options)


def _is_variable(node: nodes.Node) -> bool:
    """Whether an expression may be large: constants are not, nor lists of them."""
    if isinstance(node, nodes.List | nodes.Tuple):
        return any(map(_is_variable, node.items))
    return not isinstance(node, nodes.Const)
