/** Environment of a host that is to find mediasoup's worker: in the cache of `npm test`, else in that of `npm run build:mediasoup`. */
export const withMediasoup = { AMI_MEDIASOUP_CACHE: process.env.E2E_MEDIASOUP_CACHE ?? process.env.AMI_MEDIASOUP_CACHE ?? '' }

/** Why tests of mediasoup are left out. */
export const noMediasoup = 'mediasoup has no worker here: npm run build:mediasoup'
