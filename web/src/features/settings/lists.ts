/** Lists that are not paged may come bare or as `items`. */
export function listOf<T>(answer: T[] | { items: T[] }): T[] {
  return Array.isArray(answer) ? answer : answer.items
}
