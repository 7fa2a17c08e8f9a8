import { section } from '../../messages/language.ts'
import { pluralIn } from '../../messages/plural.ts'

const plural = pluralIn('en')

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
  applicationText: (service: string) =>
    `Sign in at ${service} so that AMI Streams can set title and category. ${service} asks for an application of your own, which you register there once; it is free.`,
  applicationPage: {
    twitch: 'https://dev.twitch.tv/console/apps/create',
    youtube: 'https://console.cloud.google.com/apis/credentials',
  } as Readonly<Record<string, string>>,
  applicationSteps: {
    twitch: [
      'Open the developer console of Twitch and register an application: any name, redirect URL http://localhost.',
      'Choose the client type "Public".',
      'Copy the client ID here.',
    ],
    youtube: [
      'Open the Google Cloud console, create a project and enable "YouTube Data API v3".',
      'Create credentials: OAuth client ID, type "TVs and Limited Input devices".',
      'Copy client ID and client secret here.',
    ],
  } as Readonly<Record<string, readonly string[]>>,
  openConsole: (service: string) => (service === 'YouTube' ? 'Open the Google Cloud console' : `Open the developer console of ${service}`),
  clientId: 'Client ID',
  clientSecret: 'Client secret',
  enterAgain: 'Enter it again',
  signIn: (service: string) => `Sign in at ${service}`,
  signInAgain: 'Try again',
  signInText: (service: string) =>
    `You get a code, which you enter on a page of ${service}, on this device or on another one. Your password stays with ${service}.`,
  changeApplication: 'Change application',
  useToken: 'Enter an access token instead',
  useSignIn: 'Sign in instead',
  failed: {
    denied: (service: string) => `${service} was not allowed to give access.`,
    expired: () => 'The code has expired before it was entered.',
    rejected: (service: string) => `${service} ended the sign-in.`,
  },
  enterCode: (service: string) => `Open the page of ${service} and enter this code there.`,
  code: 'Code',
  openPage: (service: string) => `Open the page of ${service}`,
  qrCode: (service: string) => `QR code of the page of ${service}`,
  orByPhone: 'Or open it on a phone.',
  waiting: (minutes: number) =>
    plural(minutes, {
      one: 'Waiting for you to enter it. The code is valid for one more minute.',
      other: `Waiting for you to enter it. The code is valid for ${minutes} more minutes.`,
    }),
  cancelSignIn: 'Cancel sign-in',
  signOut: 'Sign out',
  notRevoked: (service: string, problem: string) => `Signed out here. ${service} did not end its token: ${problem}`,
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
