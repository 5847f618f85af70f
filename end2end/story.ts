/** What the demo tells, as far as the tests rely on it: services/src/demo/story.rs is its source. */

/** Somebody who can sign in. */
export interface Person {
  readonly name: string;
  readonly email: string;
}

/** Everyone's password. */
export const PASSWORD = "latchkey-demo";

/** The companies, each a workspace. */
export const HOST = "Harbor Coffee";
export const GUEST = "Northlight Studio";

/** Harbor Coffee, which owns the accounts. */
export const owner: Person = { name: "Marta Lindqvist", email: "owner@harbor.example" };
export const secondOwner: Person = { name: "Tomás Ferreira", email: "second-owner@harbor.example" };
export const admin: Person = { name: "Ayşe Yılmaz", email: "admin@harbor.example" };

/** Northlight Studio, which is Harbor Coffee's guest. */
export const manager: Person = { name: "Ben Okafor", email: "manager@northlight.example" };
export const collaborator: Person = { name: "Chloé Dubois", email: "collaborator@northlight.example" };
export const teammate: Person = { name: "Ann Sørensen", email: "teammate@northlight.example" };
export const newcomer: Person = { name: "Ida O’Brien", email: "newcomer@northlight.example" };
export const director: Person = { name: "Jean-Luc Moreau", email: "director@northlight.example" };

/** An account that Harbor Coffee shares; the manager asks for access to it, and nobody has done so yet. */
export const SHARED = "Grindhouse";

/** The shared account for which the newcomer's request waits. */
export const ASKED_FOR = "Brand files";

/** An account of Harbor Coffee that it shares with nobody. */
export const UNSHARED = "Bookkeeping";
