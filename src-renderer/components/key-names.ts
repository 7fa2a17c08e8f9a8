import { components as t } from '../messages/page.ts'

/** Keys that are pressed together, `Ctrl+Shift+ArrowUp`, as they are written on keyboards of the page's language. */
export const keyNames = (chord: string): string =>
  chord
    // The last one may be the plus key itself.
    .split(/(?<=.)\+(?=.)/)
    .map((key) => t.keyName(key))
    .join('+')
