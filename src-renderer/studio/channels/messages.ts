import { section } from '../../messages/language.ts'

/** Every text of title and category at services. */
export const t = section('studioChannels', {
  open: (service: string) => `Title and category at ${service}`,
  tokenText: (service: string) =>
    `AMI Streams sets title and category with an access token of your account at ${service}. It is kept encrypted and never shown again.`,
  token: 'Access token',
  tokenHelp: {
    twitch: 'For Twitch: a user access token with the scope channel:manage:broadcast.',
    youtube: 'For YouTube: an OAuth access token with the scope youtube. Google ends it after an hour.',
  } as Readonly<Record<string, string>>,
  connect: 'Connect',
  disconnect: 'Delete access token',
  loading: 'Asking the service…',
  title: 'Title',
  category: 'Category',
  categoryHelp: 'Write a few letters and choose.',
  noCategory: (text: string) => `There is no category "${text}". Choose one of the list.`,
  save: 'Save',
  saved: (service: string) => `Title and category saved at ${service}`,
} as const)
