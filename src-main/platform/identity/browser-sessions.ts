import type { Kysely } from 'kysely'
import type { Principal, Role } from '../principal.ts'
import type { WriteQueue } from '../storage/write-queue.ts'
import { hashSecret, newSecret } from './secrets.ts'

interface SessionRow {
  hash: string
  principal: string
  role: string
  created_at: string
  expires_at: string
}

export interface BrowserSessions {
  /** The secret goes into the cookie and nowhere else. */
  create(principal: Principal & { role: Role }): { secret: string; maxAgeSeconds: number }
  verify(secret: string): Principal | undefined
  end(secret: string): void
}

const lifeMs = 30 * 24 * 3_600_000

/** Signed-in browsers, kept for 30 days. A session that came from a token ends with the token. */
export async function createBrowserSessions(
  database: Kysely<{ browser_sessions: SessionRow }>,
  writes: WriteQueue,
  tokenStands: (principalId: string) => boolean,
  now: () => number = Date.now,
): Promise<BrowserSessions> {
  const today = new Date(now()).toISOString()
  const sessions = new Map<string, SessionRow>()
  for (const row of await database.selectFrom('browser_sessions').selectAll().where('expires_at', '>', today).execute())
    sessions.set(row.hash, row)
  writes.enqueue(
    'forget old sign-ins',
    async () => void (await database.deleteFrom('browser_sessions').where('expires_at', '<=', today).execute()),
  )

  return {
    create(principal) {
      const secret = newSecret()
      const row: SessionRow = {
        hash: hashSecret(secret),
        principal: principal.id,
        role: principal.role,
        created_at: new Date(now()).toISOString(),
        expires_at: new Date(now() + lifeMs).toISOString(),
      }
      sessions.set(row.hash, row)
      writes.enqueue('keep a sign-in', async () => void (await database.insertInto('browser_sessions').values(row).execute()))
      return { secret, maxAgeSeconds: lifeMs / 1000 }
    },
    verify(secret) {
      const row = sessions.get(hashSecret(secret))
      if (!row || Date.parse(row.expires_at) <= now() || !tokenStands(row.principal)) return undefined
      return { id: row.principal, role: row.role as Role }
    },
    end(secret) {
      const hash = hashSecret(secret)
      if (!sessions.delete(hash)) return
      writes.enqueue('end a sign-in', async () => void (await database.deleteFrom('browser_sessions').where('hash', '=', hash).execute()))
    },
  }
}
