/** Where nginx answers for the sites of a node without checks, on 127.0.0.1: for what has passed them. */
export interface InsidePlace {
  readonly port: number
  /** Of the header `x-edge-inside`. */
  readonly secret: string
}
