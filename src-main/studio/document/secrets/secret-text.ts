import { type TString, type TStringOptions, Type } from 'typebox'

/** A text of settings that must stay secret: encrypted where it is kept, hidden in answers. */
export function secretText(options: TStringOptions = {}): TString {
  return Type.String({ maxLength: 1000, ...options, secret: 'text' })
}

/** A URL of settings, or a text that may be one: encrypted where it is kept if it contains secrets, which are masked in answers. */
export function secretUrl(options: TStringOptions = {}): TString {
  return Type.String({ ...options, secret: 'url' })
}
