/** The version of OBS Studio that brought the version of the protocol which is spoken here: clients decide by it what they may ask for. */
export const obsVersion = '32.1.0'
