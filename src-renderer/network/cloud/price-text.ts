import { decimal } from '../../messages/numbers.ts'

/** The price of an hour, as exact as providers give it. */
export const priceText = (amount: number, currency: string): string => `${decimal(amount, 4, 2)} ${currency}`
