import { AppError } from '../../../../platform/errors.ts'
import { isRecord } from '../../../../platform/routes/schema-faults.ts'
import { askService, listIn, textIn } from './ask-service.ts'
import { type Category, type ChannelService, maxCategories } from './channel-service.ts'
import type { GrantEndpoints } from './device-grant.ts'

const service = 'YouTube'
/** States of a broadcast, the one that is meant first. */
const states = ['live', 'liveStarting', 'testing', 'testStarting', 'ready', 'created']

/**
 * Title and category of the broadcast that is live at YouTube, else of the next one, by an access token with the scope `youtube`
 * (YouTube Data API v3). Both are set on the broadcast's video: its title is the broadcast's.
 * @param base usually https://www.googleapis.com
 */
export function createYoutube(base: string): ChannelService {
  const ask = (token: string, method: 'GET' | 'PUT', path: string, query: Readonly<Record<string, string>>, body?: unknown) =>
    askService({ service, method, base, path: `/youtube/v3/${path}`, query, headers: { authorization: `Bearer ${token}` }, body })
  /** The snippet of the broadcast's video, which is sent back whole: what is left out YouTube deletes. */
  const videoOf = async (token: string): Promise<{ readonly id: string; readonly snippet: Readonly<Record<string, unknown>> }> => {
    const query = { part: 'id,status', broadcastType: 'all', mine: 'true', maxResults: '50' }
    const broadcasts = listIn(await ask(token, 'GET', 'liveBroadcasts', query), 'items')
    const stateOf = (broadcast: Readonly<Record<string, unknown>>): number => states.indexOf(textIn(broadcast.status, 'lifeCycleStatus'))
    const [broadcast] = broadcasts.filter((each) => stateOf(each) >= 0).toSorted((one, other) => stateOf(one) - stateOf(other))
    if (broadcast === undefined)
      throw new AppError('studio.channel_failed', `${service}: no broadcast is live or scheduled; create one in YouTube Studio`)
    const id = textIn(broadcast, 'id')
    const [video] = listIn(await ask(token, 'GET', 'videos', { part: 'snippet', id }), 'items')
    if (video === undefined || !isRecord(video.snippet))
      throw new AppError('studio.channel_failed', `${service}: the broadcast has no video`)
    return { id, snippet: video.snippet }
  }
  const allCategories = async (token: string): Promise<readonly Category[]> =>
    listIn(await ask(token, 'GET', 'videoCategories', { part: 'snippet', regionCode: 'US' }), 'items').flatMap((each) =>
      isRecord(each.snippet) && each.snippet.assignable === true ? { id: textIn(each, 'id'), name: textIn(each.snippet, 'title') } : [],
    )
  return {
    async read(token) {
      const [{ snippet }, categories] = await Promise.all([videoOf(token), allCategories(token)])
      const id = textIn(snippet, 'categoryId')
      return {
        title: textIn(snippet, 'title'),
        category: categories.find((each) => each.id === id) ?? (id === '' ? null : { id, name: id }),
      }
    },
    async write(token, { title, category }) {
      const { id, snippet } = await videoOf(token)
      const kept = Object.fromEntries(
        ['description', 'tags', 'categoryId', 'defaultLanguage'].flatMap((name) =>
          snippet[name] === undefined ? [] : [[name, snippet[name]]],
        ),
      )
      await ask(
        token,
        'PUT',
        'videos',
        { part: 'snippet' },
        {
          id,
          snippet: { ...kept, title, ...(category === undefined ? {} : { categoryId: category }) },
        },
      )
    },
    async categories(token, text) {
      const wanted = text.toLowerCase()
      return (await allCategories(token)).filter(({ name }) => name.toLowerCase().includes(wanted)).slice(0, maxCategories)
    },
  }
}

/**
 * Where Google signs people in by a code ("TVs and limited input devices").
 * @param base usually https://oauth2.googleapis.com
 */
export const youtubeGrant = (base: string): GrantEndpoints => ({
  service,
  base,
  device: '/device/code',
  token: '/token',
  revoke: '/revoke',
  scope: 'https://www.googleapis.com/auth/youtube',
  scopeField: 'scope',
})
