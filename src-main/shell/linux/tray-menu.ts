import { BusError, invalidArguments } from '../../platform/message-bus/bus-error.ts'
import type { ExportedObject } from '../../platform/message-bus/exported-object.ts'
import type { MessageBus } from '../../platform/message-bus/message-bus.ts'
import type { MenuItem, MenuLine } from '../parts.ts'

type Entry = MenuItem | MenuLine
type Variant = { readonly signature: string; readonly value: unknown }
type Layout = readonly [id: number, properties: Record<string, Variant>, children: readonly Variant[]]

const face = 'com.canonical.dbusmenu'
/** Where the menu is on the bus. */
export const menuPath = '/MenuBar'
/** Keys that are remembered with their ids. */
const maxIds = 2000

const text = (value: string): Variant => ({ signature: 's', value })
const flag = (value: boolean): Variant => ({ signature: 'b', value })
const number = (value: number): Variant => ({ signature: 'i', value })

/** A menu that a panel draws (com.canonical.dbusmenu). An item keeps its id: what was clicked is what was shown, whatever changed since. */
export class TrayMenu {
  readonly #bus: MessageBus
  /** Id of each key; the root is 0. */
  readonly #ids = new Map<string, number>()
  readonly #leave: () => void
  #nextId = 1
  #revision = 1
  #entries: readonly Entry[] = []
  #byId = new Map<number, Entry>()

  constructor(bus: MessageBus) {
    this.#bus = bus
    this.#leave = bus.export(menuPath, this.#object())
  }

  show(entries: readonly Entry[]): void {
    const before = JSON.stringify(this.#entries)
    this.#entries = entries
    if (this.#ids.size > maxIds) this.#ids.clear()
    this.#byId = new Map()
    const note = (entry: Entry): void => {
      const id = this.#ids.get(entry.key) ?? this.#nextId++
      this.#ids.set(entry.key, id)
      this.#byId.set(id, entry)
      if ('items' in entry) entry.items?.forEach(note)
    }
    entries.forEach(note)
    if (JSON.stringify(entries) === before) return
    this.#revision++
    this.#bus.emit(menuPath, face, 'LayoutUpdated', 'ui', [this.#revision, 0])
  }

  close(): void {
    this.#leave()
  }

  #object(): ExportedObject {
    return {
      [face]: {
        methods: {
          GetLayout: {
            takes: 'iias',
            answers: 'u(ia{sv}av)',
            handle: ([id, depth]) => [this.#revision, this.#layout(id as number, depth as number)],
          },
          GetGroupProperties: {
            takes: 'aias',
            answers: 'a(ia{sv})',
            handle: ([ids]) => {
              const wanted = ids as readonly number[]
              const found = (wanted.length === 0 ? [...this.#byId.keys()] : wanted).filter((id) => id === 0 || this.#byId.has(id))
              return [found.map((id) => [id, this.#properties(id)])]
            },
          },
          GetProperty: {
            takes: 'is',
            answers: 'v',
            handle: ([id, name]) => {
              const properties = this.#properties(this.#known(id as number))
              const value = Object.hasOwn(properties, name as string) ? properties[name as string] : undefined
              if (value === undefined) throw new BusError(invalidArguments, `The item has no property ${name}`)
              return [value]
            },
          },
          Event: {
            takes: 'isvu',
            answers: '',
            handle: ([id, kind]) => {
              this.#event(this.#known(id as number), kind as string)
              return []
            },
          },
          EventGroup: {
            takes: 'a(isvu)',
            answers: 'ai',
            handle: ([events]) => {
              const all = events as readonly (readonly [number, string])[]
              const unknown: number[] = []
              for (const [id, kind] of all) {
                if (id !== 0 && !this.#byId.has(id)) unknown.push(id)
                else this.#event(id, kind)
              }
              return [unknown]
            },
          },
          AboutToShow: { takes: 'i', answers: 'b', handle: () => [false] },
          AboutToShowGroup: { takes: 'ai', answers: 'aiai', handle: () => [[], []] },
        },
        properties: {
          Version: { signature: 'u', read: () => 3 },
          TextDirection: { signature: 's', read: () => 'ltr' },
          Status: { signature: 's', read: () => 'normal' },
          IconThemePath: { signature: 'as', read: () => [] },
        },
        signals: { LayoutUpdated: 'ui', ItemsPropertiesUpdated: 'a(ia{sv})a(ias)', ItemActivationRequested: 'iu' },
      },
    }
  }

  #known(id: number): number {
    if (id !== 0 && !this.#byId.has(id)) throw new BusError(invalidArguments, `The menu has no item ${id}`)
    return id
  }

  #event(id: number, kind: string): void {
    const entry = this.#byId.get(id)
    if (kind !== 'clicked' || entry === undefined || 'line' in entry || entry.enabled === false) return
    entry.act?.()
  }

  #children(id: number): readonly Entry[] {
    if (id === 0) return this.#entries
    const entry = this.#byId.get(id)
    return entry !== undefined && 'items' in entry ? (entry.items ?? []) : []
  }

  /** @param depth how many levels below it; -1: all */
  #layout(id: number, depth: number): Layout {
    const children = depth === 0 ? [] : this.#children(this.#known(id))
    return [
      id,
      this.#properties(id),
      children.map(({ key }) => ({ signature: '(ia{sv}av)', value: this.#layout(this.#ids.get(key)!, depth - 1) })),
    ]
  }

  #properties(id: number): Record<string, Variant> {
    if (id === 0) return { 'children-display': text('submenu') }
    const entry = this.#byId.get(id)!
    if ('line' in entry) return { type: text('separator'), visible: flag(true) }
    return {
      // An underscore would mark a letter as its key.
      label: text(entry.label.replaceAll('_', '__')),
      enabled: flag(entry.enabled ?? true),
      visible: flag(true),
      ...(entry.mark !== undefined && {
        'toggle-type': text(entry.mark === 'check' ? 'checkmark' : 'radio'),
        'toggle-state': number(entry.on === true ? 1 : 0),
      }),
      ...(entry.items !== undefined && { 'children-display': text('submenu') }),
    }
  }
}
