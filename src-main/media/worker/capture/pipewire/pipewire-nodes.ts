import type { Device, DeviceKind } from '../../../device.ts'
import type { Properties, SessionEvent } from '../../native/pipewire.ts'

export type PipeWireKind = Extract<DeviceKind, 'camera' | 'microphone' | 'speaker' | 'application'>

/** Something that a stream can be joined to. */
export interface PipeWireNode {
  readonly id: number
  /** Never given twice while the daemon runs. */
  readonly serial: string
  readonly name: string
  /** For people. */
  readonly title: string
}

/** What applications of ours are called: what they play is not offered as somebody's, and a camera of theirs is nobody's default. */
const ourselves = 'AMI Streams'

const classes: Readonly<Record<PipeWireKind, RegExp>> = {
  camera: /^Video\/Source/,
  microphone: /^Audio\/(?:Source|Duplex)/,
  speaker: /^Audio\/(?:Sink|Duplex)/,
  application: /^Stream\/Output\/Audio/,
}

const defaults: Readonly<Record<PipeWireKind, string>> = {
  camera: 'default.video.source',
  microphone: 'default.audio.source',
  speaker: 'default.audio.sink',
  application: '',
}

/** What a PipeWire daemon has reported. Pure: events in, answers out. */
export class PipeWireNodes {
  readonly #nodes = new Map<number, Properties>()
  readonly #clients = new Map<number, Properties>()
  readonly #defaults = new Map<string, string>()

  take(event: SessionEvent): void {
    if (event.kind === 'node') this.#nodes.set(event.id, event.properties)
    else if (event.kind === 'client') this.#clients.set(event.id, event.properties)
    else if (event.kind === 'gone') {
      this.#nodes.delete(event.id)
      this.#clients.delete(event.id)
    } else if (event.kind === 'default') this.#defaults.set(event.of, event.node)
    else if (event.kind === 'lost') {
      this.#nodes.clear()
      this.#clients.clear()
      this.#defaults.clear()
    }
  }

  /** The node of a device (not of an application), by its id or `default`. */
  find(kind: PipeWireKind, device: string): PipeWireNode | undefined {
    // If there is no microphone, session managers name a speaker in its place, meaning what it plays: that is not a microphone.
    const name = device === 'default' ? this.#defaults.get(defaults[kind]) : device
    // A program that shows its own output: only where it is asked for by name.
    const nodes = [...this.#of(kind)].filter(([, properties]) => device !== 'default' || !isOurs(properties))
    const found = nodes.find(([, properties]) => properties['node.name'] === name)
    // Not every session manager names a default camera.
    const chosen = found ?? (device === 'default' && kind === 'camera' ? nodes[0] : undefined)
    return chosen && nodeOf(...chosen)
  }

  /** Nodes by which an application plays now: by its id in the list, or by its program or name alone. */
  applicationNodes(device: string): readonly number[] {
    const wanted = device.toLowerCase()
    const heard: number[] = []
    for (const [id, properties] of this.#of('application')) {
      const { program, name } = this.#applicationOf(properties)
      const names = device.includes('/') ? [`${program}/${name}`] : [program, name]
      if (names.some((each) => each.toLowerCase() === wanted)) heard.push(id)
    }
    return heard
  }

  /** The default first, the others by name. */
  list(kind: PipeWireKind): readonly Device[] {
    if (kind === 'application') return this.#applications()
    const chosen = this.find(kind, 'default')?.name
    const devices = new Map<string, Device>()
    for (const [id, properties] of this.#of(kind)) {
      const { name, serial, title } = nodeOf(id, properties)
      const path = properties['api.v4l2.path'] ?? properties['api.alsa.path'] ?? properties['api.bluez5.address']
      const details = {
        default: name === chosen,
        serial: Number(serial),
        ...(path !== undefined && { path }),
        ...(isOurs(properties) && { virtualCamera: true }),
      }
      devices.set(name, { kind, id: name, name: title, details })
    }
    return [...devices.values()].sort((a, b) => Number(b.id === chosen) - Number(a.id === chosen) || a.name.localeCompare(b.name))
  }

  #applications(): readonly Device[] {
    const devices = new Map<string, Device>()
    for (const [, properties] of this.#of('application')) {
      const { program, name } = this.#applicationOf(properties)
      const id = `${program}/${name}`
      const streams = Number(devices.get(id)?.details?.streams ?? 0) + 1
      devices.set(id, { kind: 'application', id, name, details: { streams, playing: properties['media.name'] ?? '' } })
    }
    return [...devices.values()].sort((a, b) => a.name.localeCompare(b.name))
  }

  *#of(kind: PipeWireKind): Iterable<[number, Properties]> {
    for (const [id, properties] of this.#nodes) {
      if (!classes[kind].test(properties['media.class'] ?? '') || properties['node.name'] === undefined) continue
      if (isOurs(properties) && kind !== 'camera') continue
      yield [id, properties]
    }
  }

  /** Programs that play through PulseAudio's endpoint say who they are at the stream, others at their connection. */
  #applicationOf(properties: Properties): { readonly program: string; readonly name: string } {
    const client = this.#clients.get(Number(properties['client.id']))
    const reported = (key: string): string | undefined => properties[key] ?? client?.[key]
    const program = reported('pipewire.access.portal.app_id') || reported('application.process.binary') || properties['node.name'] || ''
    return { program, name: reported('application.name') || program }
  }
}

function isOurs(properties: Properties): boolean {
  return properties['application.name'] === ourselves
}

function nodeOf(id: number, properties: Properties): PipeWireNode {
  const name = properties['node.name'] as string
  const title = properties['node.description'] || properties['node.nick'] || name
  return { id, serial: properties['object.serial'] ?? String(id), name, title }
}
