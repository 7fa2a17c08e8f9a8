/** What a frame is made of: while that is the same it looks the same. Undefined where it may move by itself. */
export type Look = readonly unknown[] | undefined

/** True where nothing can have changed. */
export function looksSame(one: Look, other: Look): boolean {
  return one !== undefined && other !== undefined && one.length === other.length && one.every((each, index) => each === other[index])
}
