/** The public keys under which licences are signed; the private ones are with whoever sells licences, and nowhere in this repository. */
export const licencePublicKeys: readonly string[] = ['MCowBQYDK2VwAyEAsmjvvu0Jq5HJtLkbNtcYq1eIAYYCdeLomPk38MshIJs='];
