/**
 * An error as the catalogue knows it. `title` is the sentence for people, `remedy` is what to do about it, `status` is the HTTP status
 * that the API answers with.
 */
export interface ErrorKind {
  readonly status: number
  readonly title: string
  readonly remedy: string
}
