/** The provider's id, which its parts put into errors. */
export const providerId = 'stability';
