export interface User { name: string, loyalty?: { rate: number } }

export class Cart {
  prices: number[] = []

  checkout(user: User): number {
    const total = this.prices.reduce((sum, price) => sum + price, 0)
    return applyDiscount(total, user)
  }
}

function applyDiscount(total: number, user: User): number {
  // regulars pay less
  const { rate } = user.loyalty!
  return total * rate
}
