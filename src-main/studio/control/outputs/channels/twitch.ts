import { AppError } from '../../../../platform/errors.ts'
import { askService, listIn, textIn } from './ask-service.ts'
import { type ChannelService, maxCategories } from './channel-service.ts'
import type { GrantEndpoints } from './device-grant.ts'

const service = 'Twitch'

export interface TwitchUrls {
  /** Usually https://id.twitch.tv */
  readonly id: string
  /** Usually https://api.twitch.tv */
  readonly api: string
}

/** Title and category of a channel at Twitch, by a user access token with the scope `channel:manage:broadcast` (Helix API). */
export function createTwitch(urls: TwitchUrls): ChannelService {
  /** Whose token it is, and of which application: every request names both. */
  const accountOf = async (token: string) => {
    const answer = await askService({
      service,
      method: 'GET',
      base: urls.id,
      path: '/oauth2/validate',
      headers: { authorization: `OAuth ${token}` },
    })
    const [client, user] = [textIn(answer, 'client_id'), textIn(answer, 'user_id')]
    if (client === '' || user === '') throw new AppError('studio.channel_token', `${service}: it belongs to no user`)
    const headers = { 'authorization': `Bearer ${token}`, 'client-id': client }
    const ask = (method: 'GET' | 'PATCH', path: string, query: Readonly<Record<string, string>>, body?: unknown): Promise<unknown> =>
      askService({ service, method, base: urls.api, path, query, headers, body })
    return { user, ask }
  }
  return {
    async read(token) {
      const { user, ask } = await accountOf(token)
      const [channel] = listIn(await ask('GET', '/helix/channels', { broadcaster_id: user }), 'data')
      if (channel === undefined) throw new AppError('studio.channel_failed', `${service}: the account has no channel`)
      const id = textIn(channel, 'game_id')
      return { title: textIn(channel, 'title'), category: id === '' || id === '0' ? null : { id, name: textIn(channel, 'game_name') } }
    },
    async write(token, { title, category }) {
      const { user, ask } = await accountOf(token)
      await ask('PATCH', '/helix/channels', { broadcaster_id: user }, { title, ...(category === undefined ? {} : { game_id: category }) })
    },
    async categories(token, text) {
      const { ask } = await accountOf(token)
      const found = await ask('GET', '/helix/search/categories', { query: text, first: String(maxCategories) })
      return listIn(found, 'data')
        .map((each) => ({ id: textIn(each, 'id'), name: textIn(each, 'name') }))
        .filter(({ id, name }) => id !== '' && name !== '')
        .slice(0, maxCategories)
    },
  }
}

/**
 * Where Twitch signs people in.
 * @param base usually https://id.twitch.tv
 */
export const twitchGrant = (base: string): GrantEndpoints => ({
  service,
  base,
  device: '/oauth2/device',
  token: '/oauth2/token',
  revoke: '/oauth2/revoke',
  scope: 'channel:manage:broadcast',
  scopeField: 'scopes',
})
