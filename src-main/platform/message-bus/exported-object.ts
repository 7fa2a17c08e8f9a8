import {
  BusError,
  invalidArguments,
  readOnlyProperty,
  unknownInterface,
  unknownMethod,
  unknownObject,
  unknownProperty,
} from './bus-error.ts'
import type { BusMessage } from './native-bus.ts'

/** A method that other programs may call. */
export interface ExportedMethod {
  /** Signature of the arguments; a call with another is answered with an error. */
  readonly takes: string
  /** Signature of the answer. */
  readonly answers: string
  /** Answers the values of `answers`. What it throws is the answer to that call alone. `sender` is the unique name of the caller. */
  readonly handle: (values: readonly unknown[], sender: string) => readonly unknown[] | Promise<readonly unknown[]>
}

/** A value that other programs may read. */
export interface ExportedProperty {
  readonly signature: string
  readonly read: () => unknown
}

export interface ExportedInterface {
  readonly methods?: Readonly<Record<string, ExportedMethod>>
  readonly properties?: Readonly<Record<string, ExportedProperty>>
  /** Signatures of its signals: other programs read them in the description. */
  readonly signals?: Readonly<Record<string, string>>
}

/** Interfaces of an object by name. */
export type ExportedObject = Readonly<Record<string, ExportedInterface>>

export interface CallAnswer {
  readonly signature: string
  readonly values: readonly unknown[]
}

const propertiesInterface = 'org.freedesktop.DBus.Properties'
const nothing: CallAnswer = { signature: '', values: [] }

/** Runs a call on one of the objects. Rejects with what is to be answered instead. */
export async function callOf(
  objects: ReadonlyMap<string, ExportedObject>,
  call: BusMessage & { readonly signature: string },
): Promise<CallAnswer> {
  const { path, interface: named, member } = call
  if (named === 'org.freedesktop.DBus.Peer' && member === 'Ping') return nothing
  const object = objects.get(path)
  if (object === undefined) throw new BusError(unknownObject, `There is no object at ${path}`)
  const standard = standardMethods(object)
  const all: ExportedObject = { ...object, ...standard }
  // A call may leave the interface out.
  const found =
    named === '' ? Object.values(all).find(({ methods }) => methods !== undefined && Object.hasOwn(methods, member)) : own(all, named)
  if (found === undefined) throw new BusError(unknownInterface, `${path} has no interface ${named}`)
  const method = own(found.methods ?? {}, member)
  if (method === undefined) throw new BusError(unknownMethod, `${path} has no method ${named}.${member}`)
  if (call.signature !== method.takes) throw new BusError(invalidArguments, `${member} takes "${method.takes}", not "${call.signature}"`)
  return { signature: method.answers, values: await method.handle(call.arguments, call.sender) }
}

const own = <Value>(record: Readonly<Record<string, Value>>, name: string): Value | undefined =>
  Object.hasOwn(record, name) ? record[name] : undefined

/** What every object has. */
function standardMethods(object: ExportedObject): ExportedObject {
  const propertiesOf = (name: string): Readonly<Record<string, ExportedProperty>> => {
    const found = own(object, name)
    if (found === undefined) throw new BusError(unknownInterface, `There is no interface ${name}`)
    return found.properties ?? {}
  }
  const property = (of: unknown, name: unknown): ExportedProperty => {
    const found = own(propertiesOf(String(of)), String(name))
    if (found === undefined) throw new BusError(unknownProperty, `${of} has no property ${name}`)
    return found
  }
  const variant = ({ signature, read }: ExportedProperty) => ({ signature, value: read() })
  return {
    [propertiesInterface]: {
      methods: {
        Get: { takes: 'ss', answers: 'v', handle: ([of, name]) => [variant(property(of, name))] },
        GetAll: {
          takes: 's',
          answers: 'a{sv}',
          handle: ([of]) => [Object.fromEntries(Object.entries(propertiesOf(String(of))).map(([name, each]) => [name, variant(each)]))],
        },
        Set: {
          takes: 'ssv',
          answers: '',
          handle: ([of, name]) => {
            property(of, name)
            throw new BusError(readOnlyProperty, `${name} cannot be set`)
          },
        },
      },
    },
    'org.freedesktop.DBus.Introspectable': {
      methods: { Introspect: { takes: '', answers: 's', handle: () => [describe(object)] } },
    },
  }
}

/** The types of a signature, one by one; it is one of ours, so it is well formed. */
function typesOf(signature: string): string[] {
  const types: string[] = []
  let start = 0
  let depth = 0
  for (let index = 0; index < signature.length; index++) {
    const letter = signature[index]!
    if (letter === '(' || letter === '{') depth++
    else if (letter === ')' || letter === '}') depth--
    if (depth > 0 || letter === 'a') continue
    types.push(signature.slice(start, index + 1))
    start = index + 1
  }
  return types
}

/** The object for `Introspect`: panels and debuggers read it. */
function describe(object: ExportedObject): string {
  const argumentsOf = (signature: string, direction: string): string =>
    typesOf(signature)
      .map((type) => `<arg type="${type}"${direction}/>`)
      .join('')
  const interfaces = Object.entries(object).map(([name, { methods = {}, properties = {}, signals = {} }]) =>
    [
      `<interface name="${name}">`,
      ...Object.entries(methods).map(
        ([method, { takes, answers }]) =>
          `<method name="${method}">${argumentsOf(takes, ' direction="in"')}${argumentsOf(answers, ' direction="out"')}</method>`,
      ),
      ...Object.entries(properties).map(([property, { signature }]) => `<property name="${property}" type="${signature}" access="read"/>`),
      ...Object.entries(signals).map(([signal, signature]) => `<signal name="${signal}">${argumentsOf(signature, '')}</signal>`),
      '</interface>',
    ].join(''),
  )
  return `<node>${interfaces.join('')}</node>`
}
