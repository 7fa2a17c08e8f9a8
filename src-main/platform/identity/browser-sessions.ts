import type { Kysely } from 'kysely'
import { AppError } from '../errors.ts'
import { randomText } from '../random-id.ts'
import type { Principal, Role } from '../routes/principal.ts'
import type { WriteQueue } from '../storage/write-queue.ts'
import { hashSecret, newSecret } from './secrets.ts'

/** A browser that is signed in. */
export interface BrowserSession {
  readonly id: string
  /** Who acts in it: `token:ID`, or `link:ID` with the id of the session, for one that came from a sign-in link. */
  readonly principal: string
  readonly role: Role
  /** ISO 8601. */
  readonly createdAt: string
  readonly expiresAt: string
  /** To the minute. */
  readonly lastUsedAt: string
  /** As the browser sent it when it signed in, at most 300 characters. */
  readonly userAgent: string
  /** IP address that it signed in from. */
  readonly remoteAddress: string
}

/** Where a sign-in comes from: a token that exists, or a one-time link. */
export type SignIn = { readonly role: Role; readonly token?: string } & Pick<BrowserSession, 'userAgent' | 'remoteAddress'>

export interface BrowserSessions {
  /** The secret goes into the cookie and nowhere else. */
  create(signIn: SignIn): { session: BrowserSession; secret: string; maxAgeSeconds: number }
  /** Who acts with this secret, and in which session. */
  verify(secret: string): (Principal & { readonly session: string }) | undefined
  /** True while the session of that id may be used. */
  stands(id: string): boolean
  /** Sessions that may be used, the last used first. */
  list(): readonly BrowserSession[]
  /** Ends a session for good. Throws `session.not_found`. */
  end(id: string): BrowserSession
}

interface SessionRow {
  hash: string
  id: string
  principal: string
  role: string
  created_at: string
  expires_at: string
  last_used_at: string
  user_agent: string
  remote_address: string
}

const lifeMs = 30 * 24 * 3_600_000
const usedResolutionMs = 60_000
/** Of one token: the one that was used least lately ends for the next. A link makes one session. */
const maxSessionsPerToken = 100

/** Signed-in browsers, kept for 30 days. A session that came from a token ends with the token. */
export async function createBrowserSessions(
  database: Kysely<{ browser_sessions: SessionRow }>,
  writes: WriteQueue,
  tokenStands: (principalId: string) => boolean,
  now: () => number = Date.now,
): Promise<BrowserSessions> {
  const today = new Date(now()).toISOString()
  const byHash = new Map<string, SessionRow>()
  const byId = new Map<string, SessionRow>()
  for (const row of await database.selectFrom('browser_sessions').selectAll().where('expires_at', '>', today).execute()) {
    byHash.set(row.hash, row)
    byId.set(row.id, row)
  }
  writes.enqueue(
    'delete old sign-ins',
    async () => void (await database.deleteFrom('browser_sessions').where('expires_at', '<=', today).execute()),
  )
  const usable = (row: SessionRow): boolean => Date.parse(row.expires_at) > now() && tokenStands(row.principal)

  const remove = (row: SessionRow): void => {
    byHash.delete(row.hash)
    byId.delete(row.id)
    writes.enqueue('end a sign-in', async () => void (await database.deleteFrom('browser_sessions').where('id', '=', row.id).execute()))
  }
  const list = (): BrowserSession[] =>
    [...byId.values()]
      .filter(usable)
      .sort((one, two) => two.last_used_at.localeCompare(one.last_used_at))
      .map(toSession)

  return {
    create({ role, token, userAgent, remoteAddress }) {
      const before = token === undefined ? [] : list().filter(({ principal }) => principal === token)
      for (const { id } of before.slice(maxSessionsPerToken - 1)) remove(byId.get(id) as SessionRow)
      const secret = newSecret()
      const id = randomText(12)
      const createdAt = new Date(now()).toISOString()
      const row: SessionRow = {
        hash: hashSecret(secret),
        id,
        principal: token ?? `link:${id}`,
        role,
        created_at: createdAt,
        expires_at: new Date(now() + lifeMs).toISOString(),
        last_used_at: createdAt,
        user_agent: userAgent.slice(0, 300),
        remote_address: remoteAddress,
      }
      byHash.set(row.hash, row)
      byId.set(id, row)
      const stored = { ...row }
      writes.enqueue('keep a sign-in', async () => void (await database.insertInto('browser_sessions').values(stored).execute()))
      return { session: toSession(row), secret, maxAgeSeconds: lifeMs / 1000 }
    },
    verify(secret) {
      const row = byHash.get(hashSecret(secret))
      if (!row || !usable(row)) return undefined
      if (now() - Date.parse(row.last_used_at) > usedResolutionMs) {
        const usedAt = new Date(now()).toISOString()
        row.last_used_at = usedAt
        writes.enqueue(
          'note the use of a sign-in',
          async () =>
            void (await database.updateTable('browser_sessions').set({ last_used_at: usedAt }).where('id', '=', row.id).execute()),
        )
      }
      return { id: row.principal, role: row.role as Role, session: row.id }
    },
    stands(id) {
      const row = byId.get(id)
      return row !== undefined && usable(row)
    },
    list,
    end(id) {
      const row = byId.get(id)
      if (!row) throw new AppError('session.not_found')
      remove(row)
      return toSession(row)
    },
  }
}

function toSession(row: SessionRow): BrowserSession {
  return {
    id: row.id,
    principal: row.principal,
    role: row.role as Role,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    lastUsedAt: row.last_used_at,
    userAgent: row.user_agent,
    remoteAddress: row.remote_address,
  }
}
