/** Attributes that the control of every field has. */
export interface FieldAttributes {
  readonly id: string
  readonly disabled: boolean
  readonly 'aria-describedby': string | undefined
  readonly 'data-setting': string
}
