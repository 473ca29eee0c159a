CREATE TABLE staff_roles (
  id {uuid} PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  permissions TEXT NOT NULL,
  version BIGINT NOT NULL
);

CREATE TABLE staff_role_holders (
  user_id {uuid} PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
  role_id {uuid} NOT NULL REFERENCES staff_roles (id)
);

CREATE INDEX staff_role_holders_role ON staff_role_holders (role_id);

CREATE TABLE invitations (
  id {uuid} PRIMARY KEY,
  email TEXT NOT NULL UNIQUE,
  role TEXT NOT NULL,
  staff_role_id {uuid} REFERENCES staff_roles (id),
  invited_by {uuid} NOT NULL,
  created_ms BIGINT NOT NULL,
  ends_ms BIGINT NOT NULL
);

CREATE INDEX invitations_ends ON invitations (ends_ms);

CREATE INDEX invitations_staff_role ON invitations (staff_role_id);
