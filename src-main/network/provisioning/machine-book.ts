import { AppError } from '../../platform/errors.ts'
import { Turns } from '../../platform/timing/turns.ts'
import type { MachineStore, StoredMachine } from './machine-store.ts'
import { fingerprintOf, type HostKey } from './ssh/host-key.ts'
import type { SshTarget } from './ssh/ssh-target.ts'

const maxMachines = 500

/** Machines whose host key was accepted: from then on they are known by it. */
export class MachineBook {
  readonly #store: MachineStore
  readonly #now: () => number
  readonly #machines: Map<string, StoredMachine>
  readonly #turns = new Turns(64, 'changes of machines', 'network.limit')

  private constructor(store: MachineStore, now: () => number, machines: readonly StoredMachine[]) {
    this.#store = store
    this.#now = now
    this.#machines = new Map(machines.map((machine) => [keyOf(machine), machine]))
  }

  static async open(store: MachineStore, now: () => number): Promise<MachineBook> {
    return new MachineBook(store, now, await store.all())
  }

  find(target: Pick<SshTarget, 'host' | 'port'>): StoredMachine | undefined {
    return this.#machines.get(keyOf(target))
  }

  list(): readonly StoredMachine[] {
    return [...this.#machines.values()]
  }

  /** What is known of the key that a machine shows. */
  judge(target: Pick<SshTarget, 'host' | 'port'>, key: HostKey): 'new' | 'known' | 'changed' {
    const pinned = this.find(target)?.hostKey
    if (pinned === undefined) return 'new'
    return fingerprintOf(pinned) === fingerprintOf(key) ? 'known' : 'changed'
  }

  /** Keeps the key of a machine as the one that it is known by. Throws `network.host_key_changed` and `network.limit`. */
  accept({ host, port, user }: SshTarget, hostKey: HostKey): Promise<void> {
    return this.#turns.next(async () => {
      const known = this.find({ host, port })
      if (known !== undefined && this.judge({ host, port }, hostKey) === 'changed') throw hostKeyChanged(host, known.hostKey, hostKey)
      if (known === undefined && this.#machines.size >= maxMachines)
        throw new AppError('network.limit', `There are ${maxMachines} machines`)
      await this.#save({
        // Who signs in on it is who has set it up, until somebody else has.
        ...{ host, port, hostKey, user: known?.nodeId || known?.hostUrl ? known.user : user },
        ...{
          nodeId: known?.nodeId ?? null,
          unitHash: known?.unitHash,
          hostUrl: known?.hostUrl,
          acceptedAt: known?.acceptedAt ?? new Date(this.#now()).toISOString(),
        },
      })
    })
  }

  /** Notes which node is on a machine, who has set it up there, and the SHA-256 of its unit. */
  setNode(target: SshTarget, nodeId: string, unitHash: string): Promise<void> {
    return this.#turns.next(async () => {
      const machine = this.find(target)
      if (machine !== undefined) await this.#save({ ...machine, user: target.user, nodeId, unitHash })
    })
  }

  /** Notes at which URL the host of a machine is, and who has set it up there. */
  setHost(target: SshTarget, hostUrl: string): Promise<void> {
    return this.#turns.next(async () => {
      const machine = this.find(target)
      if (machine !== undefined) await this.#save({ ...machine, user: target.user, hostUrl })
    })
  }

  /** Its node is gone: the machine is still known where it has a host. */
  removeNode(target: Pick<SshTarget, 'host' | 'port'>): Promise<void> {
    return this.#without(target, ({ hostUrl }) => hostUrl !== undefined, { nodeId: null, unitHash: undefined })
  }

  /** Its host is gone: the machine is still known where it has a node. */
  removeHost(target: Pick<SshTarget, 'host' | 'port'>): Promise<void> {
    return this.#without(target, ({ nodeId }) => nodeId !== null, { hostUrl: undefined })
  }

  #without(
    target: Pick<SshTarget, 'host' | 'port'>,
    isKept: (machine: StoredMachine) => boolean,
    changes: Partial<StoredMachine>,
  ): Promise<void> {
    return this.#turns.next(async () => {
      const machine = this.find(target)
      if (machine === undefined) return
      if (isKept(machine)) await this.#save({ ...machine, ...changes })
      else await this.#delete(target)
    })
  }

  /** Deletes what is known of a machine, its key included. */
  remove(target: Pick<SshTarget, 'host' | 'port'>): Promise<void> {
    return this.#turns.next(() => this.#delete(target))
  }

  async #delete(target: Pick<SshTarget, 'host' | 'port'>): Promise<void> {
    await this.#store.remove(target.host, target.port)
    this.#machines.delete(keyOf(target))
  }

  async #save(machine: StoredMachine): Promise<void> {
    await this.#store.save(machine)
    this.#machines.set(keyOf(machine), machine)
  }
}

/** The same for all spellings of a name. */
export const keyOf = ({ host, port }: Pick<SshTarget, 'host' | 'port'>): string => `${host.toLowerCase()} ${port}`

export function hostKeyChanged(host: string, known: HostKey, shown: HostKey): AppError {
  return new AppError('network.host_key_changed', `${host} is known by ${fingerprintOf(known)} and shows ${fingerprintOf(shown)}`)
}
