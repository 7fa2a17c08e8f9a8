import { isRecord } from '../../../platform/routes/schema-faults.ts'
import { RequestFault } from './request-fault.ts'

/** The data of a request, read field by field in the order in which OBS does: the first that is wrong is the one that is answered. */
export class RequestFields {
  readonly #data: Readonly<Record<string, unknown>> | undefined

  constructor(data: unknown) {
    this.#data = isRecord(data) ? data : undefined
  }

  /** Whether a field is there. Null counts as left out. */
  has(name: string): boolean {
    return this.#data?.[name] != null
  }

  text(name: string, { empty = false } = {}): string {
    const value = this.#required(name)
    if (typeof value !== 'string') throw wrongType(name, 'a string')
    if (value === '' && !empty) throw new RequestFault('requestFieldEmpty', `The field value of \`${name}\` must not be empty.`)
    return value
  }

  maybeText(name: string): string | undefined {
    return this.has(name) ? this.text(name) : undefined
  }

  number(name: string, min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY): number {
    const value = this.#required(name)
    if (typeof value !== 'number' || !Number.isFinite(value)) throw wrongType(name, 'a number')
    if (value < min) throw new RequestFault('requestFieldOutOfRange', `The field value of \`${name}\` is below the minimum of \`${min}\``)
    if (value > max) throw new RequestFault('requestFieldOutOfRange', `The field value of \`${name}\` is above the maximum of \`${max}\``)
    return value
  }

  maybeNumber(name: string, min?: number, max?: number): number | undefined {
    return this.has(name) ? this.number(name, min, max) : undefined
  }

  flag(name: string): boolean {
    const value = this.#required(name)
    if (typeof value !== 'boolean') throw wrongType(name, 'boolean')
    return value
  }

  maybeFlag(name: string): boolean | undefined {
    return this.has(name) ? this.flag(name) : undefined
  }

  part(name: string, { empty = false } = {}): Readonly<Record<string, unknown>> {
    const value = this.#required(name)
    if (!isRecord(value)) throw wrongType(name, 'an object')
    if (!empty && Object.keys(value).length === 0) {
      throw new RequestFault('requestFieldEmpty', `The field value of \`${name}\` must not be empty.`)
    }
    return value
  }

  maybePart(name: string): Readonly<Record<string, unknown>> | undefined {
    return this.has(name) ? this.part(name, { empty: true }) : undefined
  }

  /** A field of any type, which may be null. */
  any(name: string): unknown {
    if (this.#data === undefined) throw noData()
    if (!Object.hasOwn(this.#data, name)) throw missing(name)
    return this.#data[name]
  }

  #required(name: string): unknown {
    if (this.#data === undefined) throw noData()
    const value = this.#data[name]
    if (value == null) throw missing(name)
    return value
  }
}

const noData = (): RequestFault => new RequestFault('missingRequestData', 'Your request data is missing or invalid (non-object)')
const missing = (name: string): RequestFault => new RequestFault('missingRequestField', `Your request is missing the \`${name}\` field.`)
const wrongType = (name: string, type: string): RequestFault =>
  new RequestFault('invalidRequestFieldType', `The field value of \`${name}\` must be ${type}.`)
