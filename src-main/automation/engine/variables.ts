import { AppError } from '../../platform/errors.ts'

export type VariableValue = string | number | boolean

const maxVariables = 200

/** Values that rules set and ask for. They last until the host ends. */
export class Variables {
  readonly #values = new Map<string, VariableValue>()
  readonly #onChange: (name: string, value: VariableValue | null) => void

  constructor(onChange: (name: string, value: VariableValue | null) => void) {
    this.#onChange = onChange
  }

  list(): { readonly name: string; readonly value: VariableValue }[] {
    return [...this.#values].map(([name, value]) => ({ name, value }))
  }

  get(name: string): VariableValue | undefined {
    return this.#values.get(name)
  }

  /** Null takes it away. Throws `automation.limit`. */
  set(name: string, value: VariableValue | null): void {
    if (this.#values.get(name) === (value ?? undefined)) return
    if (value === null) this.#values.delete(name)
    else if (this.#values.size >= maxVariables && !this.#values.has(name)) {
      throw new AppError('automation.limit', `There are at most ${maxVariables} variables`)
    } else this.#values.set(name, value)
    this.#onChange(name, value)
  }
}
