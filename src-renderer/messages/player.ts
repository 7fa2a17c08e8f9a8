import { player as english } from './en/player.ts'
import { section } from './language.ts'

/** Texts of the player; apart from the page's, which the player does not load. */
export const player = section('player', english)
