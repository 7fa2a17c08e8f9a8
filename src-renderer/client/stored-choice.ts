const stored = (name: string): string => `ami.${name}`

/** What was chosen last in this browser among `choices`, by a name such as `studio.docks`; the first of them where nothing was. */
export function readChoice<const T extends string>(name: string, choices: readonly [T, ...(readonly T[])]): T {
  try {
    const found = localStorage.getItem(stored(name))
    return choices.find((each) => each === found) ?? choices[0]
  } catch {
    return choices[0]
  }
}

export function storeChoice(name: string, choice: string): void {
  try {
    localStorage.setItem(stored(name), choice)
  } catch {
    // Without storage it is kept until the page is left.
  }
}
