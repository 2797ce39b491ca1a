/** How the email addresses of users are compared: two spellings of one address are one user. */
export function emailKeyOf(email: string): string {
  return email.trim().toLowerCase();
}
