import { type Static, Type } from 'typebox'
import { Nullable } from '../../../../platform/routes/schemas.ts'

export const CategorySchema = Type.Object({ id: Type.String(), name: Type.String() })

/** What a category is at a service: a game at Twitch, a category of videos at YouTube. */
export type Category = Static<typeof CategorySchema>

export const ChannelSchema = Type.Object({
  title: Type.String({ description: 'of the stream, as its viewers see it' }),
  category: Nullable(CategorySchema, { description: 'null where the service has none set' }),
})

export type Channel = Static<typeof ChannelSchema>

export interface ChannelChange {
  readonly title: string
  /** Id of a category; undefined leaves it as it is. */
  readonly category?: string | undefined
}

/**
 * The account at a service that streams go to. All reject with `studio.channel_token` where the service does not take the token, and with
 * `studio.channel_failed` where it does not do what is asked.
 */
export interface ChannelService {
  read(token: string): Promise<Channel>
  write(token: string, change: ChannelChange): Promise<void>
  /** Categories that have the text in their names, 30 at most. */
  categories(token: string, text: string): Promise<readonly Category[]>
}

/** Services whose title and category can be set. */
export const serviceIds = ['twitch', 'youtube'] as const
export type ServiceId = (typeof serviceIds)[number]

/** Categories that an answer has at most. */
export const maxCategories = 30
