import { existsSync } from 'node:fs'
import { userInfo } from 'node:os'
import { AppError } from '../../platform/errors.ts'
import type { Logger } from '../../platform/logger.ts'
import { repeat } from '../../platform/timing/repeat.ts'
import type { DisplaySite } from '../displays/display-site.ts'
import type { DisplayFiles } from '../files/display-files.ts'
import { allowedUsers, peopleOfMachine } from './machine-users.ts'
import { channelByHelper, channelByRoot, helperSocket, type OpenChannel } from './user-channel.ts'
import { userFiles } from './user-files.ts'
import { type PrintedByUser, UserLink } from './user-link.ts'
import { userSite } from './user-site.ts'

/** What an admin of the machine writes: names of users, for the helper. */
const namesFile = '/etc/ami-streams/sessions'
/** A process of a user that nothing was asked of is ended, unless displays of theirs run. */
const idleEveryMs = 60_000

export interface SessionUsersDependencies {
  readonly log: Logger
  /** `AMI_STREAMS_SESSIONS_SOCKET` and `AMI_STREAMS_SESSIONS_FILE`: another helper, and its file of names. */
  readonly environment: NodeJS.ProcessEnv
  readonly onPrinted: (user: string, printed: PrintedByUser) => void
  /** Displays of that user run. */
  readonly isUsed: (user: string) => boolean
}

export interface SessionUsersList {
  readonly items: readonly { readonly name: string }[]
  readonly own: string | null
  readonly problem: string | null
}

/** Other users of this machine, as whom displays can be made. */
export class SessionUsers {
  readonly #dependencies: SessionUsersDependencies
  readonly #socket: string
  readonly #names: string
  readonly #open: OpenChannel | undefined
  readonly #links = new Map<string, UserLink>()
  readonly #idle: NodeJS.Timeout
  /** The user that the host runs as; null where they have no name. */
  readonly own: string | null

  constructor(dependencies: SessionUsersDependencies) {
    this.#dependencies = dependencies
    const { environment, log } = dependencies
    const { AMI_STREAMS_SESSIONS_SOCKET: socket = helperSocket, AMI_STREAMS_SESSIONS_FILE: names = namesFile } = environment
    this.#socket = socket
    this.#names = names
    if (process.platform === 'linux') this.#open = process.getuid?.() === 0 ? channelByRoot(log) : channelByHelper(socket)
    this.own = ownName()
    this.#idle = repeat(idleEveryMs, () => {
      for (const [user, link] of this.#links) if (link.idle && !dependencies.isUsed(user)) link.close()
    })
  }

  /** Who may be chosen, and why nobody can. */
  async list(): Promise<SessionUsersList> {
    const { own } = this
    const others = (names: readonly string[]) => [...new Set(names)].filter((name) => name !== own).map((name) => ({ name }))
    if (process.getuid?.() === 0) return { items: others(await peopleOfMachine()), own, problem: null }
    if (this.#open === undefined) return { items: [], own, problem: 'This system has no displays of other users' }
    if (!existsSync(this.#socket)) {
      return { items: [], own, problem: `The helper that starts them does not listen at ${this.#socket}` }
    }
    const names = await allowedUsers(this.#names).catch((error: NodeJS.ErrnoException) => error)
    if (names instanceof Error) return { items: [], own, problem: `${this.#names} cannot be read: ${names.code ?? names.message}` }
    return { items: others(names), own, problem: null }
  }

  /** Throws `desktop.user_helper_missing` on systems without. */
  site(user: string): DisplaySite {
    return userSite(user, this.link(user))
  }

  files(user: string, display: { readonly id: string; readonly name: string }): DisplayFiles {
    return userFiles(display, this.link(user))
  }

  link(user: string): UserLink {
    const open = this.#open
    if (open === undefined) throw new AppError('desktop.user_helper_missing', 'This system has no displays of other users')
    const known = this.#links.get(user)
    if (known !== undefined) return known
    const { log, onPrinted } = this.#dependencies
    const link = new UserLink({ user, open, log, onPrinted: (printed) => onPrinted(user, printed) })
    this.#links.set(user, link)
    return link
  }

  /** Displays and their programs go on. */
  stop(): void {
    clearInterval(this.#idle)
    for (const link of this.#links.values()) link.stop()
    this.#links.clear()
  }
}

function ownName(): string | null {
  try {
    return userInfo().username
  } catch {
    return null
  }
}
