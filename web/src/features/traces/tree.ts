import type { Trace, TraceSpan } from '@/api/types'

/** A span in its trace; its times count from the trace's start. */
export interface Node { span: TraceSpan; depth: number; children: Node[]; startUs: number; endUs: number; descendants: number; failedBelow: boolean }

/** RFC 3339 → microseconds since 1970 (below 2^53; nanoseconds would not be). */
export function toMicroseconds(time: string): number {
  const match = /^(.*?\d\d:\d\d:\d\d)(?:\.(\d+))?(Z|[+-]\d\d:?\d\d)?$/.exec(time.replace(' ', 'T'))
  if (!match) return Number.NaN
  const [, seconds = '', fraction = '', zone = 'Z'] = match
  return Date.parse(`${seconds}${zone}`) * 1_000 + Number(fraction.padEnd(6, '0').slice(0, 6))
}

/** The answer's rows as objects: columns spare the wire their names. */
export function spansOf({ columns, rows }: Pick<Trace, 'columns' | 'rows'>): TraceSpan[] {
  return rows.map((row) => {
    const span: Record<string, unknown> = {}
    for (let index = 0; index < columns.length; index += 1) span[columns[index] as string] = row[index]
    return span as unknown as TraceSpan
  })
}

/** Spans as a forest in start order. A span whose parent was never received is a root; so is one in a circle of parents. */
export function buildTree(spans: TraceSpan[], failed: (span: TraceSpan) => boolean): Node[] {
  const nodes = new Map<string, Node>()
  for (const span of spans) {
    const startUs = span.start_ns / 1_000
    nodes.set(span.span_id, { span, depth: 0, children: [], startUs, endUs: startUs + span.duration_ns / 1_000, descendants: 0, failedBelow: false })
  }
  const roots: Node[] = []
  for (const node of nodes.values()) {
    const parent = node.span.parent_span_id ? nodes.get(node.span.parent_span_id) : undefined
    if (parent && parent !== node) parent.children.push(node)
    else roots.push(node)
  }
  const seen = new Set<Node>()
  for (const root of roots) settle(root, seen, failed)
  for (const node of nodes.values()) if (!seen.has(node)) { roots.push(node); cutCircle(node); settle(node, seen, failed) }
  return roots.sort(byStart)
}

function cutCircle(start: Node) {
  const seen = new Set<Node>()
  const stack = [start]
  for (let node = stack.pop(); node; node = stack.pop()) {
    seen.add(node)
    node.children = node.children.filter((child) => !seen.has(child) && child !== start)
    stack.push(...node.children)
  }
}

/** Depths down, counts up; a loop and not recursion, because a trace may be thousands of spans deep. */
function settle(root: Node, seen: Set<Node>, failed: (span: TraceSpan) => boolean) {
  const order: Node[] = []
  const stack = [root]
  for (let node = stack.pop(); node; node = stack.pop()) {
    seen.add(node)
    order.push(node)
    node.children.sort(byStart)
    for (const child of node.children) { child.depth = node.depth + 1; stack.push(child) }
  }
  for (const node of order.reverse()) {
    node.descendants = node.children.reduce((sum, child) => sum + child.descendants + 1, 0)
    node.failedBelow = node.children.some((child) => child.failedBelow || failed(child.span))
  }
}

/** The rows on screen, parents before children, without what is collapsed. */
export function visible(roots: Node[], collapsed: ReadonlySet<string>): Node[] {
  const rows: Node[] = []
  const stack = [...roots].reverse()
  for (let node = stack.pop(); node; node = stack.pop()) {
    rows.push(node)
    if (!collapsed.has(node.span.span_id)) for (let index = node.children.length - 1; index >= 0; index -= 1) stack.push(node.children[index] as Node)
  }
  return rows
}

/** Time in which no child ran: children may overlap each other, and may outlast their parent. */
export function ownMicroseconds(node: Node): number {
  let covered = 0
  let until = node.startUs
  for (const child of node.children) {
    const from = Math.max(until, child.startUs)
    const to = Math.min(node.endUs, child.endUs)
    if (to > from) { covered += to - from; until = to }
  }
  return Math.max(0, node.endUs - node.startUs - covered)
}

function byStart(a: Node, b: Node): number { return a.startUs - b.startUs || b.endUs - a.endUs }
