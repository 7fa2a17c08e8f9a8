/** What a filter that follows light or level chose by itself, in place of settings of the same names. */
export type ChosenSettings = Readonly<Record<string, string | number>>
