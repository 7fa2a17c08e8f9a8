import { Collection } from './collection.ts'

/** The tokens of this host, those that were revoked included: each is a user of it. */
export const tokens = new Collection({ path: '/tokens', updated: ['token.created', 'token.revoked'] })
