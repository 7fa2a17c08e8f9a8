import type { ReachPolicy } from '../outbound/reach.ts'

/** A policy under which the host has nothing of its own, and editors may name nothing. */
export const openReach: ReachPolicy = {
  files: { privatePaths: [], mediaFolders: [], editorFolders: [] },
  network: { editorHosts: [], ownHttpPorts: [], ownHttpsPorts: [] },
}
