import { type TString, type TStringOptions, Type } from 'typebox'

/** A text of settings that must not be told: sealed where it is kept, hidden in answers. */
export function secretText(options: TStringOptions = {}): TString {
  return Type.String({ maxLength: 1000, ...options, secret: true })
}
