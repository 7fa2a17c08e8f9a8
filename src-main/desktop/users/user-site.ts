import { Type } from 'typebox'
import { AppError } from '../../platform/errors.ts'
import type { RunningDisplay } from '../displays/display-server.ts'
import type { DisplaySite, SiteOrder } from '../displays/display-site.ts'
import type { UserLink } from './user-link.ts'

const text = (maxLength: number) => Type.String({ maxLength })
const pid = Type.Integer({ minimum: 1, maximum: 2 ** 31 })

/** What the process of a user says of a display of theirs. The host opens none of these paths: it hands them back. */
const RunningSchema = Type.Object(
  {
    server: Type.String({ pattern: '^:[0-9]{1,5}$', maxLength: 6 }),
    authority: text(500),
    pid,
    audio: Type.Optional(
      Type.Object(
        {
          folder: text(500),
          pids: Type.Array(pid, { maxItems: 8 }),
          state: Type.Union([Type.Literal('on'), Type.Literal('missing'), Type.Literal('failed')]),
        },
        { additionalProperties: false },
      ),
    ),
    printer: Type.Optional(text(500)),
  },
  { additionalProperties: false },
)

/** Displays of another user of this machine: the process that runs as that user makes them. */
export function userSite(user: string, link: UserLink): DisplaySite {
  const named = ({ id, name }: Pick<SiteOrder, 'id' | 'name'>) => ({ id, name })
  const ours = (running: RunningDisplay) => {
    const { user: _user, ...rest } = running
    return rest
  }
  return {
    async start({ id, name, width, height, protocol, xServer }) {
      if (protocol !== 'x11')
        throw new AppError('desktop.wayland_limit', `A display of Wayland runs as the user of the host, and not as ${user}`)
      return { ...(await link.ask('display.start', { id, name, width, height, xServer }, RunningSchema)), user }
    },
    async check(display, running) {
      const found = await link.ask('display.check', { ...named(display), running: ours(running) }, Type.Union([RunningSchema, Type.Null()]))
      if (found === null) return undefined
      // The same where nothing of it changed, so that nothing is written.
      return JSON.stringify(found) === JSON.stringify(ours(running)) ? running : { ...found, user }
    },
    async scale() {
      throw new AppError('desktop.wayland_limit', `A display of Wayland runs as the user of the host, and not as ${user}`)
    },
    async program(display, running, command) {
      await link.ask('display.program', { ...named(display), running: ours(running), command }, Type.Null())
    },
    async end(id, running) {
      await link.ask('display.end', { id, running: ours(running) }, Type.Null())
    },
    async remove(id) {
      await link.ask('display.remove', { id }, Type.Null())
    },
  }
}
